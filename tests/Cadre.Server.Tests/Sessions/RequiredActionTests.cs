using System.Text.Json;

namespace Cadre.Server.Tests.Sessions;

public sealed class Required_actions_of_a_session
{
    [Fact]
    public async Task Are_answered_over_HTTP_some_now_and_some_after_a_restart()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server, function: "count");
        var (_, asked) = await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"count two"}""");
        Assert.Equal("requires_action", Talk.Status(asked));
        var calls = asked.GetProperty("required_actions").EnumerateArray().Select(call => call.GetProperty("call_id").GetString()).ToList();
        Assert.Equal(["apples", "pears"], asked.GetProperty("required_actions").EnumerateArray().Select(call => call.GetProperty("input").GetProperty("of").GetString()));
        Assert.All(asked.GetProperty("tool_calls").EnumerateArray(), call => Assert.Equal("in_progress", Talk.Status(call)));

        var (_, half) = await server.PostAsync(Talk.Path(session.Id, "actions"), $$"""{"outputs":[{"call_id":"{{calls[0]}}","output":{"apples":3} }]}""");
        Assert.Equal(("requires_action", calls[1]), (Talk.Status(half), Assert.Single(half.GetProperty("required_actions").EnumerateArray()).GetProperty("call_id").GetString()));
        Assert.Equal(3, half.GetProperty("tool_calls")[0].GetProperty("result").GetProperty("apples").GetInt32());
        await server.RestartAsync();
        Assert.Equal((409, "call_not_waiting"), await Talk.RefusalAsync(server.PostAsync(Talk.Path(session.Id, "actions"), $$"""{"outputs":[{"call_id":"{{calls[0]}}","output":"4"}]}""")));
        var (_, done) = await server.PostAsync(Talk.Path(session.Id, "actions"), $$"""{"outputs":[{"call_id":"{{calls[1]}}","error":"out of pears"}]}""");
        Assert.Equal(("completed", """There are {"error":"out of pears"}."""), (Talk.Status(done), done.GetProperty("response").GetString()));
        Assert.Equal(["succeeded", "failed"], done.GetProperty("tool_calls").EnumerateArray().Select(Talk.Status));
    }

    [Theory]
    [InlineData("{}", "outputs")]
    [InlineData("""{"outputs":[]}""", "outputs")]
    [InlineData("""{"outputs":[{"output":"x"}]}""", "outputs[0].call_id")]
    [InlineData("""{"outputs":[{"call_id":"x"}]}""", "outputs[0].output")]
    public async Task Are_refused_by_the_name_of_what_does_not_fit(string body, string parameter)
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server, function: "count");
        await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"count"}""");
        var (status, problem) = await server.PostAsync(Talk.Path(session.Id, "actions"), body);
        Assert.Equal((400, parameter), (status, problem.GetProperty("parameter").GetString()));
    }

    [Theory]
    [InlineData("true", "completed", 1)]
    [InlineData("false", "completed", 0)]
    public async Task Are_a_persons_approvals_too(string approve, string status, int sent)
    {
        var letters = new LetterTool();
        await using var server = await TestServer.StartAsync(Talk.Script, parts => parts with { Tools = [letters] });
        using var alice = server.ClientOfPerson("alice");
        using var limited = server.ClientOfPerson("alice", scope: "assistants:run");
        var (_, session) = await TestServer.SendAsync(alice, HttpMethod.Post, "/api/v1/sessions", $$"""{"agent_id":"{{await Talk.WriterAsync(alice)}}"}""");
        var id = session.GetProperty("session_id").GetString()!;
        var (_, asked) = await TestServer.SendAsync(alice, HttpMethod.Post, Talk.Path(id, "messages"), """{"message":"write to Bob"}""");
        Assert.Equal("requires_approval", Talk.Status(asked));
        var approval = Assert.Single(asked.GetProperty("approvals").EnumerateArray());
        var call = approval.GetProperty("call_id").GetString();
        var answer = $$"""{"call_id":"{{call}}","hash":"{{approval.GetProperty("hash").GetString()}}","approve":{{approve}} }""";
        Assert.Equal((403, "insufficient_scope"), await Talk.RefusalAsync(TestServer.SendAsync(limited, HttpMethod.Post, Talk.Path(id, "approvals"), answer)));
        Assert.Equal((409, "call_not_waiting"), await Talk.RefusalAsync(TestServer.SendAsync(alice, HttpMethod.Post, Talk.Path(id, "approvals"), $$"""{"call_id":"{{call}}","hash":"x","approve":true}""")));
        var (_, done) = await TestServer.SendAsync(alice, HttpMethod.Post, Talk.Path(id, "approvals"), answer);
        Assert.Equal((status, sent), (Talk.Status(done), letters.Sent.Count));
    }

    [Fact]
    public async Task Are_told_in_a_stream_that_ends_with_the_whole_reply()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server, function: "count");
        var asked = await StreamAsync(server, Talk.Path(session.Id, "messages"), """{"message":"count","stream":true}""");
        Assert.Equal(["run", "delta", "tool_call", "done"], asked.Select(sent => sent.Name));
        Assert.Equal("Let me look.", asked[1].Data.GetProperty("delta").GetString());
        var waiting = asked[^1].Data.GetProperty("required_actions")[0].GetProperty("call_id").GetString();
        var rest = await StreamAsync(server, Talk.Path(session.Id, "actions"), $$"""{"outputs":[{"call_id":"{{waiting}}","output":"3"}],"stream":true}""");
        Assert.Equal(["run", "tool_result", "delta", "done"], rest.Select(sent => sent.Name));
        Assert.Equal("There are 3.", rest[2].Data.GetProperty("delta").GetString());
        Assert.Equal(("completed", "There are 3."), (Talk.Status(rest[^1].Data), rest[^1].Data.GetProperty("response").GetString()));
    }

    private static async Task<List<(string Name, JsonElement Data)>> StreamAsync(TestServer server, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = new List<(string, JsonElement)>();
        await foreach (var sent in System.Net.ServerSentEvents.SseParser.Create(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).EnumerateAsync(TestContext.Current.CancellationToken))
            events.Add((sent.EventType, JsonElement.Parse(sent.Data)));
        return events;
    }
}
