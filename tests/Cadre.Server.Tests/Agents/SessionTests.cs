using System.Text.Json;

namespace Cadre.Server.Tests.Agents;

public sealed class A_session
{
    private const string Script = """
        otherwise: fail
        rules:
          - { when: { last_role: tool }, then: { text: "There are {{tool_output}}." } }
          - when: { last_user: count, tool_offered: count }
            then: { text: Let me look., calls: [ { name: count, arguments: { of: apples } } ] }
          - { when: { last_user: slow }, then: { text: "At last.", delay: 2s } }
          - { then: { text: "You said {{last_user}}." } }
        """;

    private const string Counting = """
        "agent":{"model":"m","tools":[{"type":"function","name":"count","description":"","parameters":{"type":"object","properties":{"of":{"type":"string"}}}}]}
        """;

    [Fact]
    public async Task Tells_who_listens_before_the_input_all_that_happens_in_a_turn()
    {
        await using var server = await TestServer.StartAsync(Script);
        var id = await MakeAsync(server, """ "agent":{"model":"m"} """);
        using var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{id}/events");
        Assert.Equal(202, (await SayAsync(server, id, "hello")).Status);
        await live.UntilAsync("agent.session.idle");
        Assert.Equal(
        [
            "agent.session.turn.created", "agent.session.in_progress", "agent.session.turn.in_progress", "agent.session.turn.item.added", "agent.session.turn.item.added",
            "agent.session.turn.content_part.added", "agent.session.turn.output_text.delta", "agent.session.turn.output_text.done", "agent.session.turn.content_part.done",
            "agent.session.turn.item.done", "agent.session.turn.completed", "agent.session.idle",
        ], live.Types);
        Assert.All(live.Seen, seen => Assert.Equal(seen.Name, seen.Data.GetProperty("type").GetString()));
        Assert.Equal(live.Seen.Count, live.Seen.Select(seen => seen.Data.GetProperty("event_id").GetString()).Distinct().Count());
        var done = live.Seen[^3].Data.GetProperty("item");
        Assert.Equal(("You said hello.", "final_answer"), (done.GetProperty("content")[0].GetProperty("text").GetString(), done.GetProperty("phase").GetString()));
        Assert.True(live.Seen[^2].Data.GetProperty("usage").GetProperty("total_tokens").GetInt64() > 0);

        var (_, items) = await server.GetAsync($"agents/sessions/{id}/items?order=asc");
        Assert.Equal(["user", "assistant"], items.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("role").GetString()));
        Assert.Equal(done.GetProperty("id").GetString(), items.GetProperty("last_id").GetString());
        var (_, turns) = await server.GetAsync($"agents/sessions/{id}/turns");
        var turn = Assert.Single(turns.GetProperty("data").EnumerateArray());
        Assert.Equal("completed", turn.GetProperty("status").GetString());
        Assert.All(items.GetProperty("data").EnumerateArray(), item => Assert.Equal(turn.GetProperty("id").GetString(), item.GetProperty("turn_id").GetString()));
        var (_, ofTurn) = await server.GetAsync($"agents/sessions/{id}/turns/{turn.GetProperty("id").GetString()}/items?order=asc&limit=1");
        Assert.Equal(("user", true), (ofTurn.GetProperty("data")[0].GetProperty("role").GetString(), ofTurn.GetProperty("has_more").GetBoolean()));
    }

    [Fact]
    public async Task Never_tells_again_what_was_before()
    {
        await using var server = await TestServer.StartAsync(Script);
        var id = await MakeAsync(server, """ "agent":{"model":"m"} """);
        await SayAndWaitAsync(server, id, "first");
        using var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{id}/events");
        await SayAsync(server, id, "second");
        await live.UntilAsync("agent.session.idle");
        Assert.DoesNotContain(live.Seen, seen => seen.Data.ToString().Contains("first", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Streams_its_first_turn_when_it_is_made()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Post, "agents/sessions",
            """{"environment":{"type":"none"},"agent":{"model":"m"},"input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]}],"stream":true}""");
        await live.ToEndAsync();
        Assert.Equal("agent.session.created", live.Types.First());
        Assert.Equal("agent.session.idle", live.Types.Last());
        Assert.Equal("You said hi.", string.Concat(live.Seen.Where(seen => seen.Name == "agent.session.turn.output_text.delta").Select(seen => seen.Data.GetProperty("delta").GetString())));
    }

    [Fact]
    public async Task Waits_for_its_callers_function_and_goes_on_with_the_result_after_a_restart()
    {
        await using var server = await TestServer.StartAsync(Script);
        var id = await MakeAsync(server, Counting);
        using (var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{id}/events"))
        {
            await SayAsync(server, id, "count the apples");
            var asked = await live.UntilAsync("agent.session.requires_action");
            Assert.Equal("apples", asked.GetProperty("session").GetProperty("required_actions")[0].GetProperty("arguments").GetProperty("of").GetString());
            Assert.Contains(live.Seen, seen => seen.Name == "agent.session.turn.item.added" && seen.Data.GetProperty("item").GetProperty("type").GetString() == "function_call");
        }

        await server.RestartAsync();
        var (_, session) = await server.GetAsync($"agents/sessions/{id}");
        Assert.Equal("requires_action", session.GetProperty("status").GetString());
        var action = session.GetProperty("required_actions")[0];
        var (turn, call) = (action.GetProperty("turn_id").GetString(), action.GetProperty("call_id").GetString());
        using var after = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{id}/events");
        var result = $$"""{"events":[{"type":"agent.session.input.tool_result","turn_id":"{{turn}}","call_id":"{{call}}","success":true,"output":"12"}]}""";
        Assert.Equal(202, (await server.PostAsync($"agents/sessions/{id}/events", result)).Status);
        await after.UntilAsync("agent.session.idle");
        Assert.Contains("agent.session.in_progress", after.Types);
        Assert.Equal(409, (await server.PostAsync($"agents/sessions/{id}/events", result)).Status);
        Assert.Equal(404, (await server.PostAsync($"agents/sessions/{id}/events", result.Replace(turn!, "turn_00000000000000000x", StringComparison.Ordinal))).Status);

        var (_, items) = await server.GetAsync($"agents/sessions/{id}/items?order=asc");
        Assert.Equal(["message", "message", "function_call", "function_call_output", "message"], items.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
        Assert.Equal(["commentary", "final_answer"], items.GetProperty("data").EnumerateArray().Where(item => item.TryGetProperty("phase", out var phase) && phase.ValueKind == JsonValueKind.String)
            .Select(item => item.GetProperty("phase").GetString()));
        Assert.Equal("There are 12.", items.GetProperty("data")[4].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(("completed", "12"), (items.GetProperty("data")[2].GetProperty("status").GetString(), items.GetProperty("data")[3].GetProperty("output").GetString()));
    }

    [Fact]
    public async Task Tells_the_model_that_its_callers_function_failed()
    {
        await using var server = await TestServer.StartAsync(Script);
        var id = await MakeAsync(server, Counting);
        var action = await AskedAsync(server, id);
        using var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{id}/events");
        await server.PostAsync($"agents/sessions/{id}/events",
            $$"""{"events":[{"type":"agent.session.input.tool_result","turn_id":"{{action.GetProperty("turn_id")}}","call_id":"{{action.GetProperty("call_id")}}","success":false,"error":"no apples"}]}""");
        await live.UntilAsync("agent.session.turn.completed");
        var (_, items) = await server.GetAsync($"agents/sessions/{id}/items?order=asc");
        var output = items.GetProperty("data")[3];
        Assert.Equal(("failed", "no apples"), (output.GetProperty("status").GetString(), output.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Takes_input_in_its_order_also_when_it_is_restarted_in_the_middle_of_a_turn()
    {
        await using var server = await TestServer.StartAsync(Script);
        var id = await MakeAsync(server, """ "agent":{"model":"m"} """);
        await SayAsync(server, id, "be slow");
        await SayAsync(server, id, "and then this");
        var (_, before) = await server.GetAsync($"agents/sessions/{id}/turns");
        Assert.Equal(["queued", "in_progress"], before.GetProperty("data").EnumerateArray().Select(turn => turn.GetProperty("status").GetString()));
        await server.RestartAsync();
        Assert.Equal("in_progress", (await server.GetAsync($"agents/sessions/{id}")).Body.GetProperty("status").GetString());
        using (var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{id}/events"))
        {
            await live.UntilAsync("agent.session.turn.completed");
            await live.UntilAsync("agent.session.turn.completed");
        }

        var (_, turns) = await server.GetAsync($"agents/sessions/{id}/turns");
        Assert.Equal(["completed", "completed"], turns.GetProperty("data").EnumerateArray().Select(turn => turn.GetProperty("status").GetString()));
        Assert.Equal(before.GetProperty("first_id").GetString(), turns.GetProperty("first_id").GetString());
        var (_, items) = await server.GetAsync($"agents/sessions/{id}/items?order=asc");
        Assert.Equal(["be slow", "At last.", "and then this", "You said and then this."],
            items.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Ends_a_turn_that_is_cancelled()
    {
        await using var server = await TestServer.StartAsync(Script);
        var id = await MakeAsync(server, """ "agent":{"model":"m"} """);
        using var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{id}/events");
        await SayAsync(server, id, "be slow");
        await live.UntilAsync("agent.session.turn.in_progress");
        Assert.Equal(202, (await server.PostAsync($"agents/sessions/{id}/events", """{"events":[{"type":"agent.session.input.cancel"}]}""")).Status);
        await live.UntilAsync("agent.session.turn.cancelled");
        var idle = await live.UntilAsync("agent.session.idle");
        Assert.Equal("idle", idle.GetProperty("session").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Is_listed_by_agent_and_metadata_changed_and_deleted_with_its_thread()
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = (await server.PostAsync("agents", """{"model":"m"}""")).Body.GetProperty("id").GetString();
        var id = await MakeAsync(server, $$""" "agent_id":"{{agent}}","metadata":{"case":"7"} """);
        await MakeAsync(server, """ "agent":{"model":"m"} """);
        Assert.Equal(2, (await server.GetAsync("agents/sessions")).Body.GetProperty("data").GetArrayLength());
        foreach (var filter in new[] { $"agent_id={agent}", "metadata[case]=7" })
            Assert.Equal(id, Assert.Single((await server.GetAsync($"agents/sessions?{filter}")).Body.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());

        var (_, changed) = await server.PostAsync($"agents/sessions/{id}", """{"metadata":{"case":"8"},"agent":{"model":"other"},"spend_control":{"limit":500}}""");
        Assert.Equal(("8", "other", 500), (changed.GetProperty("metadata").GetProperty("case").GetString(), changed.GetProperty("agent").GetProperty("model").GetString(),
            changed.GetProperty("spend_control").GetProperty("limit").GetInt32()));
        await SayAsync(server, id, "be slow");
        Assert.Equal("agent.session.deleted", (await server.DeleteAsync($"agents/sessions/{id}")).Body.GetProperty("object").GetString());
        Assert.Equal(404, (await server.GetAsync($"agents/sessions/{id}")).Status);
        Assert.Equal(404, (await server.GetAsync($"agents/sessions/{id}/items")).Status);
    }

    [Fact]
    public async Task Is_not_there_for_another_organisation()
    {
        await using var server = await TestServer.StartAsync(Script);
        var id = await MakeAsync(server, Counting);
        var action = await AskedAsync(server, id);
        using var other = await server.OtherOrganisationAsync();
        foreach (var path in new[] { "", "/events", "/items", "/turns", $"/turns/{action.GetProperty("turn_id")}", $"/turns/{action.GetProperty("turn_id")}/items" })
            Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"agents/sessions/{id}{path}")).Status);
        foreach (var events in new[] { """{"type":"agent.session.input.cancel"}""", """{"type":"agent.session.input.message","input":[{"role":"user","content":[{"type":"input_text","text":"x"}]}]}""" })
            Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"agents/sessions/{id}/events", $$"""{"events":[{{events}}]}""")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Delete, $"agents/sessions/{id}")).Status);

        // A turn of theirs does not become ours by a session of ours.
        using var body = new StringContent("""{"environment":{"type":"none"},"agent":{"model":"m"}}""", System.Text.Encoding.UTF8, "application/json");
        using var made = await other.PostAsync("agents/sessions", body, TestContext.Current.CancellationToken);
        using var theirs = JsonDocument.Parse(await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var result = $$"""{"events":[{"type":"agent.session.input.tool_result","turn_id":"{{action.GetProperty("turn_id")}}","call_id":"{{action.GetProperty("call_id")}}","success":true}]}""";
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"agents/sessions/{theirs.RootElement.GetProperty("id").GetString()}/events", result)).Status);
        Assert.Equal("requires_action", (await server.GetAsync($"agents/sessions/{id}")).Body.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("""{"agent":{"model":"m"}}""", "environment")]
    [InlineData("""{"environment":{"type":"none"}}""", "agent")]
    [InlineData("""{"environment":{"type":"none"},"agent":{}}""", "agent.model")]
    [InlineData("""{"environment":{"type":"openai_hosted"},"agent":{"model":"m"}}""", "environment.type")]
    [InlineData("""{"environment":{"type":"none"},"agent":{"model":"m"},"agent_id":"agent_x"}""", "agent")]
    [InlineData("""{"environment":{"type":"none"},"agent":{"model":"m"},"input":[]}""", "input")]
    [InlineData("""{"environment":{"type":"none"},"agent":{"model":"m"},"input":[{"role":"assistant","content":[]}]}""", "input[0].role")]
    [InlineData("""{"environment":{"type":"none"},"agent":{"model":"m"},"input":[{"role":"user","content":[{"type":"input_image","image_url":"file:///etc/passwd"}]}]}""", "input[0].content[0].image_url")]
    [InlineData("""{"environment":{"type":"none"},"agent":{"model":"m"},"spend_control":{"limit":-1}}""", "spend_control.limit")]
    public async Task Is_refused_with_the_member_that_is_wrong(string body, string parameter)
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, error) = await server.PostAsync("agents/sessions", body);
        Assert.Equal((400, parameter), (status, error.GetProperty("error").GetProperty("param").GetString()));
        Assert.Equal(0, (await server.GetAsync("agents/sessions")).Body.GetProperty("data").GetArrayLength());
    }

    internal static async Task<string> MakeAsync(TestServer server, string members)
    {
        var (status, session) = await server.PostAsync("agents/sessions", $$"""{"environment":{"type":"none"},{{members}}}""");
        Assert.True(status == 201, session.ToString());
        return session.GetProperty("id").GetString()!;
    }

    internal static Task<(int Status, JsonElement Body)> SayAsync(TestServer server, string id, string text) => server.PostAsync($"agents/sessions/{id}/events",
        $$"""{"events":[{"type":"agent.session.input.message","input":[{"role":"user","content":[{"type":"input_text","text":"{{text}}"}]}]}]}""");

    internal static async Task SayAndWaitAsync(TestServer server, string id, string text)
    {
        using var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{id}/events");
        await SayAsync(server, id, text);
        await live.UntilAsync("agent.session.idle");
    }

    /// <summary>The call that the session asks its caller to make.</summary>
    private static async Task<JsonElement> AskedAsync(TestServer server, string id)
    {
        using var live = await LiveEvents.OpenAsync(server.Http, HttpMethod.Get, $"agents/sessions/{id}/events");
        await SayAsync(server, id, "count the apples");
        return (await live.UntilAsync("agent.session.requires_action")).GetProperty("session").GetProperty("required_actions")[0];
    }
}
