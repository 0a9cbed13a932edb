using System.Text.Json;
using Cadre.Server.Definitions;
using Cadre.Server.Upstreams;
using Cadre.Simulator;
using Cadre.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Server.Tests.ChatCompletions;

public sealed class A_model
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_listed_with_the_operators_aliases()
    {
        await using var server = await TestServer.StartAsync("{ models: [qwen3-32b, org/small], rules: [{ then: { text: Hi. } }] }",
            parts => parts with { ToolsDirectory = A_passed_through_completion.Tools(parts.StateDirectory, "aliases: { gpt-4-turbo: qwen3-32b }") });
        var (_, list) = await server.GetAsync("models");
        Assert.Equal(["qwen3-32b", "org/small", "gpt-4-turbo"], list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        Assert.Equal("org/small", (await server.GetAsync("models/org/small")).Body.GetProperty("id").GetString());
        Assert.Equal("gpt-4-turbo", (await server.GetAsync("models/gpt-4-turbo")).Body.GetProperty("id").GetString());
        var (status, unknown) = await server.GetAsync("models/gpt-5");
        Assert.Equal(404, status);
        Assert.Equal("model_not_found", unknown.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Of_a_run_keeps_the_name_that_its_caller_wrote()
    {
        await using var server = await TestServer.StartAsync("{ models: [qwen3-32b], rules: [{ then: { text: Hi. } }] }", parts => parts with { DefaultModel = "qwen3-32b" });
        var (_, assistant) = await server.PostAsync("assistants", """{"model":"gpt-4-turbo"}""");
        Assert.Equal("gpt-4-turbo", assistant.GetProperty("model").GetString());
        var (status, _) = await server.PostAsync("chat/completions", $$"""{"model":"{{assistant.GetProperty("id").GetString()}}","messages":[{"role":"user","content":"x"}]}""");
        Assert.Equal(200, status);
        Assert.Equal("qwen3-32b", server.Simulator.Requests[^1].Body.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Is_passed_on_as_it_is_when_the_endpoint_has_it()
    {
        await using var server = await TestServer.StartAsync("{ models: [a, b], rules: [{ then: { text: Hi. } }] }", parts => parts with { DefaultModel = "a" });
        await server.PostAsync("chat/completions", """{"model":"b","messages":[{"role":"user","content":"x"}]}""");
        Assert.Equal("b", server.Simulator.Requests[^1].Body.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Has_its_aliases_read_anew_when_the_file_changes_and_a_bad_file_refused()
    {
        using var directory = new TemporaryDirectory();
        await using var simulator = await SimulatorServer.StartAsync(SimulatorScript.BuiltIn, null, Stop);
        using var upstream = new Upstream(new(simulator.BaseUrl));
        var time = new FakeTimeProvider();
        var file = Path.Combine(directory.Root, "models.yaml");
        var names = new ModelNames(directory.Root, null, new(upstream, time), time, NullLogger<ModelNames>.Instance);
        Assert.Equal("old", await names.ResolveAsync("old", Stop));

        await File.WriteAllTextAsync(file, "aliases:\n  old: new\n", Stop);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("new", await names.ResolveAsync("old", Stop));

        await File.WriteAllTextAsync(file, "aliases:\n  old: other\n  older: [a]\n", Stop);
        var problem = Assert.Single(names.Reload());
        Assert.StartsWith($"{file}:3: ", problem, StringComparison.Ordinal);
        Assert.Equal("new", await names.ResolveAsync("old", Stop));
    }

    [Theory]
    [InlineData("alias: {}", 1)]
    [InlineData("default: simulator\naliases: [a]", 2)]
    [InlineData("aliases:\n  a: b\n  b: c", 2)]
    [InlineData("aliases:\n  a: &x b\n", 2)]
    public void Names_file_says_where_it_is_wrong(string text, int line)
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Root, "models.yaml");
        File.WriteAllText(file, text);
        Assert.False(ModelNamesFile.TryRead(file, out _, out var problem));
        Assert.StartsWith($"{file}:{line}: ", problem, StringComparison.Ordinal);
    }
}
