using System.Globalization;
using System.Text.Json;
using Cadre.Server.Agents.Automations;
using Cadre.Testing;

namespace Cadre.Server.Tests.Agents;

public sealed class An_automation
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private const string NewSession = """
        "target":{"type":"new_session","environment":{"type":"none"},"agent":{"model":"m"},"metadata":{"by":"clock"},"input":[{"role":"user","content":[{"type":"input_text","text":"go"}]}]}
        """;

    [Theory]
    [InlineData("0 9 * * 1-5", "Europe/Berlin", "2026-11-23T08:00:00Z")]
    [InlineData("*/15 * * * *", "UTC", "2026-11-21T12:15:00Z")]
    [InlineData("30 2 29 feb *", "UTC", "2028-02-29T02:30:00Z")]
    [InlineData("0 0 1 * sun", "UTC", "2026-11-22T00:00:00Z")]
    [InlineData("30 2 29 3 *", "Europe/Berlin", "2027-03-29T00:30:00Z")]
    public void Occurs_when_its_expression_says(string expression, string zone, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), CronExpression.Parse(expression)!.Next(Noon, TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Theory]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("a * * * *")]
    public void Has_an_expression_of_five_fields(string expression) => Assert.Null(CronExpression.Parse(expression));

    [Fact]
    public async Task Makes_sessions_when_it_is_due_and_once_for_what_it_missed_while_no_server_ran()
    {
        var time = new FakeTimeProvider(Noon);
        await using var server = await TestServer.StartAsync(null, parts => parts with { Time = time });
        var (status, made) = await server.PostAsync("agents/automations", $$"""{"type":"periodic","name":"hourly","expression":"0 * * * *","timezone":"UTC",{{NewSession}}}""");
        Assert.Equal((201, "active", "m"), (status, made.GetProperty("status").GetString(), made.GetProperty("target").GetProperty("agent").GetProperty("model").GetString()));
        var id = made.GetProperty("id").GetString()!;
        await server.Server.StopAsync(TimeSpan.Zero);
        time.Advance(TimeSpan.FromHours(5));
        await server.RestartAsync(parts => parts with { Time = time });
        var invocation = await InvokedAsync(server, id, 1);
        Assert.Equal(("completed", "automation", Noon.AddHours(1).ToUnixTimeSeconds()), (invocation.GetProperty("status").GetString(), invocation.GetProperty("source").GetProperty("type").GetString(),
            invocation.GetProperty("scheduled_at").GetInt64()));
        var (_, session) = await server.GetAsync($"agents/sessions/{invocation.GetProperty("session_id").GetString()}");
        Assert.Equal("clock", session.GetProperty("metadata").GetProperty("by").GetString());

        await server.PostAsync($"agents/automations/{id}/pause");
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("active", (await server.PostAsync($"agents/automations/{id}/resume")).Body.GetProperty("status").GetString());
        Assert.Equal(1, (await server.GetAsync($"agents/automations/{id}/invocations")).Body.GetProperty("data").GetArrayLength());
        Assert.Equal("agent.automation.deleted", (await server.DeleteAsync($"agents/automations/{id}")).Body.GetProperty("object").GetString());
    }

    [Fact]
    public async Task Gives_an_existing_session_its_instructions_once()
    {
        await using var server = await TestServer.StartAsync();
        var session = await A_session.MakeAsync(server, """ "agent":{"model":"m"} """);
        using var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{session}/events");
        var (_, made) = await server.PostAsync("agents/automations",
            $$"""{"type":"once","name":"now","run_at":1700000000,"target":{"type":"existing_session","session_id":"{{session}}","instructions":"Look around."} }""");
        await live.UntilAsync("agent.session.turn.completed");
        var id = made.GetProperty("id").GetString()!;
        await InvokedAsync(server, id, 1);
        Assert.Equal("completed", (await server.GetAsync($"agents/automations/{id}")).Body.GetProperty("status").GetString());
        Assert.Equal(1, (await server.GetAsync($"agents/automations?session_id={session}")).Body.GetProperty("data").GetArrayLength());
        var (status, manual) = await server.PostAsync($"agents/automations/{id}/invocations");
        Assert.Equal((201, "manual", "completed"), (status, manual.GetProperty("source").GetProperty("type").GetString(), manual.GetProperty("status").GetString()));
        Assert.Equal(409, (await server.PostAsync($"agents/automations/{id}/pause")).Status);
        using var other = await server.OtherOrganisationAsync();
        foreach (var path in new[] { "", "/invocations", $"/invocations/{manual.GetProperty("id").GetString()}" }) Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"agents/automations/{id}{path}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"agents/automations/{id}/invocations", "{}")).Status);
    }

    [Theory]
    [InlineData(""" "type":"periodic","name":"n","timezone":"UTC" """, "expression")]
    [InlineData(""" "type":"periodic","name":"n","expression":"nonsense","timezone":"UTC" """, "expression")]
    [InlineData(""" "type":"periodic","name":"n","expression":"* * * * *","timezone":"Mars/Base" """, "timezone")]
    [InlineData(""" "type":"once","name":"n" """, "run_at")]
    [InlineData(""" "type":"twice","name":"n" """, "type")]
    public async Task Is_refused_with_the_member_that_is_wrong(string members, string parameter)
    {
        await using var server = await TestServer.StartAsync();
        var (status, error) = await server.PostAsync("agents/automations", $$"""{{{members}},{{NewSession}}}""");
        Assert.Equal((400, parameter), (status, error.GetProperty("error").GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Stands_beside_resources_that_are_not_served_and_say_so()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in new[] { "agents/environments", "agents/environments/templates", "agents/automations" })
            Assert.Equal((200, 0), ((await server.GetAsync(path)).Status, (await server.GetAsync(path)).Body.GetProperty("data").GetArrayLength()));
        Assert.Equal(400, (await server.PostAsync("agents/environments", """{"environment":{"type":"openai_hosted"}}""")).Status);
        Assert.Equal(404, (await server.GetAsync("agents/environments/env_1")).Status);
        var session = await A_session.MakeAsync(server, """ "agent":{"model":"m"} """);
        foreach (var name in new[] { "subagents", "artifacts", "traces" }) Assert.Equal(0, (await server.GetAsync($"agents/sessions/{session}/{name}")).Body.GetProperty("data").GetArrayLength());
    }

    /// <summary>The newest of so many invocations, delivered; the work is done in the background of a real server.</summary>
    private static async Task<JsonElement> InvokedAsync(TestServer server, string id, int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var (_, page) = await server.GetAsync($"agents/automations/{id}/invocations");
            if (page.GetProperty("data").GetArrayLength() == count && page.GetProperty("data")[0].GetProperty("status").GetString() != "queued") return page.GetProperty("data")[0];
            await Task.Delay(20, deadline.Token);
        }
    }
}
