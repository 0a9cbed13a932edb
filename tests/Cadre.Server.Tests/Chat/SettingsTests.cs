namespace Cadre.Server.Tests.Chat;

public sealed class The_chats_settings
{
    private const string Script = """
        otherwise: fail
        rules:
          - { when: { instructions: parrot }, then: { text: "Squawk. {{model}}", usage: { input: 60, output: 10 } } }
          - { then: { text: "{{model}}", usage: { input: 60, output: 10 } } }
        """;

    [Fact]
    public async Task Come_from_a_file_that_is_read_with_the_policies()
    {
        await using var server = await TestServer.StartAsync(Script, parts => parts with { DefaultModel = null });
        using var alice = People.SignIn(server, "alice");
        await WriteAsync(server, """
            model: parrot-1
            instructions: You are a parrot.
            tools: [todo_list]
            max_turns: 3
            budget: { tokens: 10_000, calls: 5, wall: 20s, money: 0.5 }
            daily: { tokens: 130, money: 2.5 }
            """);
        Assert.DoesNotContain("Squawk", (await alice.SayAsync("hello")).Body.GetProperty("agent_response").GetString(), StringComparison.Ordinal);
        await ReloadAsync(server, 200);
        Assert.Equal("Squawk. parrot-1", (await alice.SayAsync("hello")).Body.GetProperty("agent_response").GetString());
        Assert.Equal(1, server.Simulator.Requests[^1].Body.GetProperty("tools").GetArrayLength());

        // 140 tokens were used by now.
        var (status, spent) = await alice.SayAsync("hello");
        Assert.Equal((429, "daily_budget_spent"), (status, spent.GetProperty("code").GetString()));
        using var bob = People.SignIn(server, "bob");
        Assert.Equal(200, (await bob.SayAsync("hello")).Status);

        await WriteAsync(server, "model: parrot-2\nturns: 3\n");
        await ReloadAsync(server, 422);
        Assert.Equal("Squawk. parrot-1", (await bob.SayAsync("hello")).Body.GetProperty("agent_response").GetString());
    }

    [Theory]
    [InlineData("[]", 1)]
    [InlineData("model: ''", 1)]
    [InlineData("model: m\ntools: todo", 2)]
    [InlineData("model: m\nmax_turns: 0", 2)]
    [InlineData("budget:\n  wall: 3m", 2)]
    [InlineData("budget:\n  tokens: 5\n  coins: 3", 3)]
    [InlineData("daily:\n  tokens: -1", 2)]
    [InlineData("daily: 3", 1)]
    public async Task That_are_wrong_are_refused_with_their_line(string file, int line)
    {
        await using var server = await TestServer.StartAsync(Script);
        await WriteAsync(server, file);
        Assert.Contains($"chat.yaml:{line}:", await ReloadAsync(server, 422), StringComparison.Ordinal);
    }

    private static async Task WriteAsync(TestServer server, string text)
    {
        Directory.CreateDirectory(Path.Combine(server.Directory, "tools"));
        await File.WriteAllTextAsync(Path.Combine(server.Directory, "tools", "chat.yaml"), text, TestContext.Current.CancellationToken);
    }

    private static async Task<string> ReloadAsync(TestServer server, int expected)
    {
        var (status, body) = await server.PostAsync("/policies/reload");
        Assert.Equal(expected, status);
        return body.GetRawText();
    }
}
