using Cadre.Engine.Runs;
using Cadre.Storage.Sqlite;
using SQLitePCL;

namespace Cadre.Server.Tests.Agents;

public sealed class Runs_of_an_agent
{
    private const string Script = """
        otherwise: fail
        rules:
          - { when: { last_user: long }, then: { text: "And so on", usage: { output: 9 }, fault: { status: 400, message: "no" } } }
          - when: { last_user: count, tool_offered: count, tool_results: 0 }
            then: { calls: [ { name: count, arguments: {} } ] }
          - { then: { text: "You said {{last_user}}." } }
        """;

    [Fact]
    public async Task Are_started_on_a_new_thread_or_a_given_one_and_listed()
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = (await server.PostAsync("agents", """{"model":"m"}""")).Body.GetProperty("id").GetString();
        var (status, first) = await server.PostAsync($"agents/{agent}/runs", """{"input":"one"}""");
        Assert.Equal(201, status);
        var (thread, run) = (first.GetProperty("thread_id").GetString()!, first.GetProperty("id").GetString()!);
        // The feed ends with the run.
        await foreach (var item in server.Server.Context.Runs.Feed.ReadAsync(RunId.Parse(run[4..]), 0, TestContext.Current.CancellationToken)) _ = item;
        Assert.Equal("completed", (await server.GetAsync($"threads/{thread}/runs/{run}")).Body.GetProperty("status").GetString());
        var (_, second) = await server.PostAsync($"agents/{agent}/runs", $$"""{"input":"two","thread_id":"{{thread}}"}""");
        Assert.Equal(thread, second.GetProperty("thread_id").GetString());
        var (_, page) = await server.GetAsync($"agents/{agent}/runs");
        Assert.Equal([second.GetProperty("id").GetString(), run], page.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()));
        var (_, shown) = await server.GetAsync($"agents/{agent}/runs/{run}");
        Assert.Equal(("completed", "You said one."), (shown.GetProperty("status").GetString(), shown.GetProperty("output").GetString()));
        Assert.Equal(404, (await server.PostAsync($"agents/{agent}/runs", """{"input":"x","thread_id":"thread_nothing"}""")).Status);
        using var other = await server.OtherOrganisationAsync();
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"agents/{agent}/runs")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"agents/{agent}/runs", """{"input":"x"}""")).Status);
    }

    [Fact]
    public async Task Answer_a_message_to_a_session_with_their_terminal_status()
    {
        await using var server = await TestServer.StartAsync(Script);
        var id = await A_session.MakeAsync(server, """ "agent":{"model":"m","tools":[{"type":"function","name":"count","description":"","parameters":{}}]} """);
        var (status, answer) = await server.PostAsync($"agents/sessions/{id}/messages", """{"input":"hello"}""");
        Assert.Equal((200, "completed", "You said hello.", id), (status, answer.GetProperty("status").GetString(), answer.GetProperty("output").GetString(), answer.GetProperty("session_id").GetString()));
        Assert.Equal($"thread_{id[5..]}", answer.GetProperty("thread_id").GetString());
        Assert.Equal("failed", (await server.PostAsync($"agents/sessions/{id}/messages", """{"input":"a long one"}""")).Body.GetProperty("status").GetString());
        var (_, asked) = await server.PostAsync($"agents/sessions/{id}/messages", """{"input":"count"}""");
        Assert.Equal(("requires_action", "count"), (asked.GetProperty("status").GetString(), asked.GetProperty("required_actions")[0].GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Are_rows_of_views_under_the_ids_of_the_protocols()
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = (await server.PostAsync("agents", """{"model":"m"}""")).Body.GetProperty("id").GetString()!;
        var id = await A_session.MakeAsync(server, $$""" "agent_id":"{{agent}}" """);
        var (_, answer) = await server.PostAsync($"agents/sessions/{id}/messages", """{"input":"hello"}""");
        Assert.Equal([id, $"asst_{agent[6..]}", $"thread_{id[5..]}"], Row(server, "SELECT session_id, openai_agent_id, openai_thread_id FROM agent_sessions"));
        Assert.Equal([answer.GetProperty("id").GetString()!, answer.GetProperty("response_id").GetString()!, "1"], Row(server, "SELECT openai_run_id, openai_response_id, ended FROM agent_runs"));
    }

    /// <summary>The first row of a query, on the server's own file.</summary>
    private static string[] Row(TestServer server, string sql)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2(Path.Combine(server.Directory, SqliteStore.FileName), out var database, raw.SQLITE_OPEN_READONLY, null));
        using (database)
        {
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(database, sql, out var statement));
            using (statement)
            {
                Assert.Equal(raw.SQLITE_ROW, raw.sqlite3_step(statement));
                return [.. Enumerable.Range(0, raw.sqlite3_column_count(statement)).Select(column => raw.sqlite3_column_text(statement, column).utf8_to_string())];
            }
        }
    }
}
