using System.Diagnostics.Metrics;
using System.Text.Json;
using Cadre.Server.Tests.Chat;

namespace Cadre.Server.Tests.Accounting;

public sealed class The_usage
{
    private const string Script = """
        otherwise: fail
        rules:
          - { when: { last_user: milk, tool_results: 0 }, then: { calls: [ { name: todo_create, arguments: { title: Milk } }, { name: todo_delete, arguments: { task_id: none } } ], usage: { input: 100, output: 10 } } }
          - { when: { last_user: fail }, then: { fault: { status: 400 } } }
          - { then: { text: "Ready.", usage: { input: 200, cached: 128, output: 20 } } }
        """;

    [Fact]
    public async Task Counts_each_run_once_for_the_user_who_had_it_over_restarts()
    {
        await using var server = await TestServer.StartAsync(Script);
        using (var alice = People.SignIn(server, "alice"))
        using (var bob = People.SignIn(server, "bob"))
        {
            Assert.Equal(200, (await alice.SayAsync("milk")).Status);
            Assert.Equal(200, (await alice.SayAsync("hello")).Status);
            Assert.Equal(502, (await alice.SayAsync("fail")).Status);
            Assert.Equal(200, (await bob.SayAsync("hello")).Status);
        }

        await server.RestartAsync();
        using var again = People.SignIn(server, "alice");
        var (_, usage) = await again.GetAsync("usage");
        var total = usage.GetProperty("total");
        Assert.Equal((3, 1, 500, 50), (Number(total, "runs"), Number(total, "failed_runs"), Number(total, "input_tokens"), Number(total, "output_tokens")));
        Assert.Equal((2, 1, 3), (Number(total, "tool_calls"), Number(total, "failed_tool_calls"), Number(total, "model_calls")));
        Assert.Equal((0.3333, 0.5), (total.GetProperty("error_rate").GetDouble(), total.GetProperty("tool_success_rate").GetDouble()));
        var day = Assert.Single(usage.GetProperty("data").EnumerateArray());
        Assert.Equal(("gpt-4o-mini", 3), (day.GetProperty("model").GetString(), Number(day, "runs")));
        Assert.Equal(0, Number((await again.GetAsync("usage?from=2026-01-01&to=2026-01-31")).Body.GetProperty("total"), "runs"));

        // Other faces' runs count too.
        Assert.Equal(200, (await TestServer.SendAsync(again.Http, HttpMethod.Post, "/v1/responses", """{"model":"gpt-4o-mini","input":"hello"}""")).Status);
        Assert.Equal(4, Number((await again.GetAsync("usage")).Body.GetProperty("total"), "runs"));
    }

    [Fact]
    public async Task Of_an_organisation_is_for_its_operators()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        using var bob = People.SignIn(server, "bob");
        using var stranger = People.SignIn(server, "carol", "other");
        foreach (var person in new[] { alice, bob, bob, stranger }) Assert.Equal(200, (await person.SayAsync("hello")).Status);
        Assert.Equal(403, (await alice.GetAsync("usage/users")).Status);
        using var operators = People.Of(server, TestServer.TokenOf("oscar", role: "operator"));
        var (_, users) = await operators.GetAsync("usage/users");
        Assert.Equal(3, Number(users.GetProperty("total"), "runs"));
        Assert.Equal([(TestServer.PersonOf("alice"), 1), (TestServer.PersonOf("bob"), 2)],
            users.GetProperty("data").EnumerateArray().Select(user => (user.GetProperty("user").GetString()!, Number(user, "runs"))).OrderBy(user => user.Item2));
        Assert.Equal(0, Number((await operators.GetAsync("usage")).Body.GetProperty("total"), "runs"));
    }

    [Theory]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2026-13-01", "to")]
    [InlineData("from=2026-02-01&to=2026-01-01", "from")]
    [InlineData("from=2020-01-01&to=2026-01-01", "from")]
    public async Task Is_asked_for_by_days(string query, string parameter)
    {
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        var (status, problem) = await alice.GetAsync($"usage?{query}");
        Assert.Equal((400, parameter), (status, problem.GetProperty("parameter").GetString()));
    }

    [Fact]
    public async Task Is_measured_under_the_names_of_open_telemetry()
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Cadre.Server") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => seen.AddOrUpdate(instrument.Name, 1, (_, count) => count + 1));
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => seen.AddOrUpdate(instrument.Name, 1, (_, count) => count + 1));
        listener.Start();
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        Assert.Equal(200, (await alice.SayAsync("milk")).Status);
        Assert.True(seen.GetValueOrDefault("gen_ai.invoke_agent.duration") >= 1);
        Assert.True(seen.GetValueOrDefault("gen_ai.execute_tool.duration") >= 2);
        Assert.True(seen.GetValueOrDefault("gen_ai.client.token.usage") >= 2);
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
