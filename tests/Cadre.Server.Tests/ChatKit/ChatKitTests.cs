using System.Text.Json;
using Cadre.Server.Tests.Agents;
using Cadre.Testing;

namespace Cadre.Server.Tests.ChatKit;

public sealed class A_chat
{
    private const string Script = """
        otherwise: fail
        rules:
          - { when: { last_role: tool }, then: { text: "It is {{tool_output}}." } }
          - when: { last_user: colour, tool_offered: get_colour }
            then: { calls: [ { name: get_colour, arguments: { of: sky } } ] }
          - { when: { last_user: wait }, then: { text: "At last.", delay: 2s } }
          - { when: { last_user: fail }, then: { fault: { status: 400 } } }
          - { then: { text: "You said {{last_user}}." } }
        """;

    [Fact]
    public async Task Is_begun_and_continued_by_an_end_user_with_a_secret()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var anna = await UserAsync(server, "anna");
        using var made = await SayAsync(anna, "hello there");
        await made.ToEndAsync();
        Assert.Equal(
        [
            "thread.created", "thread.item.done", "stream_options", "thread.item.added", "thread.item.updated", "thread.item.updated", "thread.item.updated", "thread.item.done",
        ], made.Types);
        Assert.All(made.Seen, seen => Assert.Null(seen.Name));
        var thread = made.Seen[0].Data.GetProperty("thread");
        Assert.Equal("hello there", thread.GetProperty("title").GetString());
        Assert.Equal(["assistant_message.content_part.added", "assistant_message.content_part.text_delta", "assistant_message.content_part.done"],
            made.Seen.Where(seen => seen.Data.TryGetProperty("update", out _)).Select(seen => seen.Data.GetProperty("update").GetProperty("type").GetString()));
        Assert.Equal("You said hello there.", made.Seen[^1].Data.GetProperty("item").GetProperty("content")[0].GetProperty("text").GetString());

        var id = thread.GetProperty("id").GetString()!;
        using var more = await SayAsync(anna, "and more", id);
        await more.ToEndAsync();
        Assert.Equal("thread.item.done", more.Types.First());
        var (_, whole) = await AskAsync(anna, "threads.get_by_id", $$"""{"thread_id":"{{id}}"}""");
        Assert.Equal(["user_message", "assistant_message", "user_message", "assistant_message"], whole.GetProperty("items").GetProperty("data").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
        var (_, page) = await AskAsync(anna, "items.list", $$"""{"thread_id":"{{id}}","limit":3,"order":"asc"}""");
        Assert.True(page.GetProperty("has_more").GetBoolean());
        var (_, rest) = await AskAsync(anna, "items.list", $$"""{"thread_id":"{{id}}","order":"asc","after":"{{page.GetProperty("after").GetString()}}"}""");
        Assert.Equal(1, rest.GetProperty("data").GetArrayLength());

        // The same thread through the REST operations, and through the Agents API's sibling names.
        var (_, shown) = await server.GetAsync($"chatkit/threads/{id}");
        Assert.Equal(("anna", "active"), (shown.GetProperty("user").GetString(), shown.GetProperty("status").GetProperty("type").GetString()));
        var (_, items) = await server.GetAsync($"chatkit/threads/{id}/items?order=asc");
        Assert.Equal(["chatkit.user_message", "chatkit.assistant_message", "chatkit.user_message", "chatkit.assistant_message"], items.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
        var (_, messages) = await server.GetAsync($"threads/thread_{id[5..]}/messages");
        Assert.Equal(4, messages.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Shows_each_end_user_its_own_threads_only()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var anna = await UserAsync(server, "anna");
        using var bert = await UserAsync(server, "bert");
        using var made = await SayAsync(anna, "a secret of Anna's");
        await made.ToEndAsync();
        var thread = made.Seen[0].Data.GetProperty("thread").GetProperty("id").GetString();
        var item = made.Seen[1].Data.GetProperty("item").GetProperty("id").GetString();
        Assert.Equal(1, (await AskAsync(anna, "threads.list", "{}")).Body.GetProperty("data").GetArrayLength());
        Assert.Equal(0, (await AskAsync(bert, "threads.list", "{}")).Body.GetProperty("data").GetArrayLength());
        foreach (var (type, parameters) in new[]
        {
            ("threads.get_by_id", ""), ("items.list", ""), ("threads.update", ""","title":"mine" """), ("threads.delete", ""), ("threads.retry_after_item", $$""","item_id":"{{item}}" """),
            ("items.feedback", $$""","kind":"negative","item_ids":["{{item}}"] """), ("threads.add_client_tool_output", ""","result":1"""),
            ("threads.add_user_message", ""","input":{"content":[{"type":"input_text","text":"x"}],"attachments":[],"inference_options":{}}"""),
        })
        {
            Assert.Equal((type, 404), (type, (await AskAsync(bert, type, $$"""{"thread_id":"{{thread}}"{{parameters}}}""")).Status));
        }

        // A secret opens nothing but this one address.
        Assert.Equal(401, (await TestServer.SendAsync(anna, HttpMethod.Get, "chatkit/threads")).Status);
        Assert.Equal(401, (await TestServer.SendAsync(anna, HttpMethod.Get, "agents")).Status);
        Assert.Equal(1, (await server.GetAsync("chatkit/threads?user=anna")).Body.GetProperty("data").GetArrayLength());
        Assert.Equal(0, (await server.GetAsync("chatkit/threads?user=bert")).Body.GetProperty("data").GetArrayLength());
        using var other = await server.OtherOrganisationAsync();
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"chatkit/threads/{thread}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"chatkit/threads/{thread}/items")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Delete, $"chatkit/threads/{thread}")).Status);
        Assert.Equal(404, (await AskAsync(other, "threads.get_by_id", $$"""{"thread_id":"{{thread}}"}""")).Status);
    }

    [Fact]
    public async Task Stops_for_a_tool_of_the_client_and_goes_on_with_its_output_after_a_restart()
    {
        await using var server = await TestServer.StartAsync(Script);
        var secret = await SecretAsync(server, "anna");
        string thread;
        using (var anna = server.ClientOf(secret))
        {
            using var asked = await SayAsync(anna, "which colour?");
            await asked.ToEndAsync();
            var call = asked.Seen[^1].Data.GetProperty("item");
            Assert.Equal(("client_tool_call", "pending", "get_colour", "sky"), (call.GetProperty("type").GetString(), call.GetProperty("status").GetString(), call.GetProperty("name").GetString(),
                call.GetProperty("arguments").GetProperty("of").GetString()));
            thread = asked.Seen[0].Data.GetProperty("thread").GetProperty("id").GetString()!;
        }

        await server.RestartAsync();
        using var again = server.ClientOf(secret);
        using var told = await LiveEvents.OpenAsync(again, HttpMethod.Post, "chatkit", Request("threads.add_client_tool_output", $$$"""{"thread_id":"{{{thread}}}","result":{"colour":"blue"}}"""));
        await told.ToEndAsync();
        Assert.Equal("""It is {"colour":"blue"}.""", told.Seen[^1].Data.GetProperty("item").GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(400, (await AskAsync(again, "threads.add_client_tool_output", $$"""{"thread_id":"{{thread}}","result":1}""")).Status);
        var (_, items) = await server.GetAsync($"chatkit/threads/{thread}/items?order=asc");
        var done = items.GetProperty("data")[1];
        Assert.Equal(("chatkit.client_tool_call", "completed"), (done.GetProperty("type").GetString(), done.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Answers_a_message_once_more_and_forgets_what_followed_it()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var anna = await UserAsync(server, "anna");
        using var made = await SayAsync(anna, "one");
        await made.ToEndAsync();
        var (thread, item) = (made.Seen[0].Data.GetProperty("thread").GetProperty("id").GetString(), made.Seen[1].Data.GetProperty("item").GetProperty("id").GetString());
        using var second = await SayAsync(anna, "two", thread);
        await second.ToEndAsync();
        using var retried = await LiveEvents.OpenAsync(anna, HttpMethod.Post, "chatkit", Request("threads.retry_after_item", $$"""{"thread_id":"{{thread}}","item_id":"{{item}}"}"""));
        await retried.ToEndAsync();
        var (_, items) = await server.GetAsync($"chatkit/threads/{thread}/items?order=asc");
        Assert.Equal(["one", "You said one."], items.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("content")[0].GetProperty("text").GetString()));
        Assert.NotEqual(made.Seen[^1].Data.GetProperty("item").GetProperty("id").GetString(), items.GetProperty("last_id").GetString());
    }

    [Fact]
    public async Task Is_renamed_rated_and_deleted()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var anna = await UserAsync(server, "anna");
        using var made = await SayAsync(anna, "one");
        await made.ToEndAsync();
        var thread = made.Seen[0].Data.GetProperty("thread").GetProperty("id").GetString();
        var answer = made.Seen[^1].Data.GetProperty("item").GetProperty("id").GetString();
        Assert.Equal("Better", (await AskAsync(anna, "threads.update", $$"""{"thread_id":"{{thread}}","title":"Better"}""")).Body.GetProperty("title").GetString());
        Assert.Equal(200, (await AskAsync(anna, "items.feedback", $$"""{"thread_id":"{{thread}}","item_ids":["{{answer}}"],"kind":"positive"}""")).Status);
        using var action = await LiveEvents.OpenAsync(anna, HttpMethod.Post, "chatkit", Request("threads.custom_action", $$$"""{"thread_id":"{{{thread}}}","action":{"type":"x","payload":{} }}"""));
        await action.ToEndAsync();
        Assert.Equal("error", Assert.Single(action.Types));
        Assert.Equal("{}", (await AskAsync(anna, "threads.delete", $$"""{"thread_id":"{{thread}}"}""")).Body.ToString());
        Assert.Equal(404, (await server.GetAsync($"chatkit/threads/{thread}")).Status);
    }

    [Fact]
    public async Task Tells_what_went_wrong_as_an_event()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var anna = await UserAsync(server, "anna");
        using var failed = await SayAsync(anna, "fail please");
        await failed.ToEndAsync();
        Assert.Equal("error", failed.Types.Last());
        using var slow = await SayAsync(anna, "wait please");
        await slow.UntilAsync("stream_options");
        var thread = slow.Seen[0].Data.GetProperty("thread").GetProperty("id").GetString();
        using var busy = await SayAsync(anna, "hurry", thread);
        await busy.ToEndAsync();
        Assert.True(Assert.Single(busy.Seen).Data.GetProperty("allow_retry").GetBoolean());
    }

    [Fact]
    public async Task Takes_files_in_two_steps()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var anna = server.ClientOf(await SecretAsync(server, "anna", ""","chatkit_configuration":{"file_upload":{"enabled":true,"max_files":1}}"""));
        var (_, attachment) = await AskAsync(anna, "attachments.create", """{"name":"note.txt","size":5,"mime_type":"text/plain"}""");
        var id = attachment.GetProperty("id").GetString();
        Assert.Equal(400, (await AskAsync(anna, "attachments.create", """{"name":"two.txt","size":5,"mime_type":"text/plain"}""")).Status);
        var input = $$$"""{"input":{"content":[{"type":"input_text","text":"read it"}],"attachments":["{{{id}}}"],"inference_options":{} } }""";
        Assert.Equal(400, (await AskAsync(anna, "threads.create", input)).Status);
        using var stranger = new HttpClient();
        foreach (var expected in new[] { 200, 401 })
        {
            using var form = new MultipartFormDataContent { { new StringContent("hello"), "file", "note.txt" } };
            using var uploaded = await stranger.PostAsync(attachment.GetProperty("upload_url").GetString(), form, TestContext.Current.CancellationToken);
            Assert.Equal(expected, (int)uploaded.StatusCode);
        }

        using var bert = await UserAsync(server, "bert");
        Assert.Equal(404, (await AskAsync(bert, "threads.create", input)).Status);
        using var said = await LiveEvents.OpenAsync(anna, HttpMethod.Post, "chatkit", Request("threads.create", input));
        await said.ToEndAsync();
        Assert.Equal("note.txt", said.Seen[1].Data.GetProperty("item").GetProperty("attachments")[0].GetProperty("name").GetString());
        Assert.Equal(200, (await AskAsync(anna, "attachments.delete", $$"""{"attachment_id":"{{id}}"}""")).Status);
    }

    [Fact]
    public async Task Session_ends_when_it_is_cancelled_or_its_time_is_over_and_can_be_resumed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(Script, parts => parts with { Time = time });
        var agent = await AgentAsync(server);
        var (_, session) = await server.PostAsync("chatkit/sessions", $$$"""{"user":"anna","workflow":{"id":"{{{agent}}}"},"expires_after":{"anchor":"created_at","seconds":60}}""");
        var (id, secret) = (session.GetProperty("id").GetString(), session.GetProperty("client_secret").GetString()!);
        using var anna = server.ClientOf(secret);
        Assert.Equal(200, (await AskAsync(anna, "threads.list", "{}")).Status);
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(401, (await AskAsync(anna, "threads.list", "{}")).Status);
        var (_, resumed) = await server.PostAsync($"chatkit/sessions/{id}/resume");
        using var again = server.ClientOf(resumed.GetProperty("client_secret").GetString()!);
        Assert.Equal((200, 401), ((await AskAsync(again, "threads.list", "{}")).Status, (await AskAsync(anna, "threads.list", "{}")).Status));
        var (_, cancelled) = await server.PostAsync($"chatkit/sessions/{id}/cancel");
        Assert.Equal(("cancelled", ""), (cancelled.GetProperty("status").GetString(), cancelled.GetProperty("client_secret").GetString()));
        Assert.Equal(401, (await AskAsync(again, "threads.list", "{}")).Status);
        using var other = await server.OtherOrganisationAsync();
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"chatkit/sessions/{id}/resume", "{}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"chatkit/sessions/{id}/cancel", "{}")).Status);
    }

    [Fact]
    public async Task Session_keeps_to_its_rate()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var anna = server.ClientOf(await SecretAsync(server, "anna", ""","rate_limits":{"max_requests_per_1_minute":2}"""));
        foreach (var expected in new[] { 200, 200, 429 }) Assert.Equal(expected, (await AskAsync(anna, "threads.list", "{}")).Status);
    }

    [Fact]
    public async Task Session_finds_its_agent_by_id_by_workflow_id_and_by_name()
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = (await server.PostAsync("agents", """{"model":"m","name":"Clerk","metadata":{"workflow_id":"wf_68df4b13b3588190a09d19288d4610ec0df388c3983f58d1"}}""")).Body.GetProperty("id").GetString()!;
        foreach (var id in new[] { agent, $"asst_{agent[6..]}", "wf_68df4b13b3588190a09d19288d4610ec0df388c3983f58d1", "Clerk" })
        {
            var (status, session) = await server.PostAsync("chatkit/sessions", $$$"""{"user":"anna","workflow":{"id":"{{{id}}}"}}""");
            Assert.Equal((200, id), (status, session.GetProperty("workflow").GetProperty("id").GetString()));
        }

        Assert.Equal(404, (await server.PostAsync("chatkit/sessions", """{"user":"anna","workflow":{"id":"wf_other"}}""")).Status);
    }

    [Theory]
    [InlineData("""{"workflow":{"id":"x"}}""", "user")]
    [InlineData("""{"user":"u"}""", "workflow")]
    [InlineData("""{"user":"u","workflow":{"id":"x"},"expires_after":{"anchor":"created_at","seconds":601}}""", "expires_after.seconds")]
    [InlineData("""{"user":"u","workflow":{"id":"x","state_variables":{"a":[]}}}""", "workflow.state_variables.a")]
    [InlineData("""{"user":"u","workflow":{"id":"x"},"rate_limits":{"max_requests_per_1_minute":0}}""", "rate_limits.max_requests_per_1_minute")]
    public async Task Session_is_refused_with_the_member_that_is_wrong(string body, string parameter)
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, error) = await server.PostAsync("chatkit/sessions", body);
        Assert.Equal((400, parameter), (status, error.GetProperty("error").GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Works_with_an_api_key_that_names_the_workflow()
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = await AgentAsync(server);
        Assert.Equal(400, (await AskAsync(server.Http, "threads.create", """{"input":{"content":[{"type":"input_text","text":"hi"}],"attachments":[],"inference_options":{}}}""")).Status);
        using var said = await LiveEvents.OpenAsync(server.Http, HttpMethod.Post, "chatkit",
            $$$"""{"type":"threads.create","metadata":{"workflow_id":"{{{agent}}}"},"params":{"input":{"content":[{"type":"input_text","text":"hi"}],"attachments":[],"inference_options":{} } }}""");
        await said.ToEndAsync();
        using var more = await SayAsync(server.Http, "more", said.Seen[0].Data.GetProperty("thread").GetProperty("id").GetString());
        await more.ToEndAsync();
        Assert.Equal("thread.item.done", more.Types.Last());
    }

    private static async Task<string> AgentAsync(TestServer server) => (await server.PostAsync("agents",
        """{"model":"m","tools":[{"type":"function","name":"get_colour","description":"","parameters":{"type":"object","properties":{"of":{"type":"string"}}}}]}""")).Body.GetProperty("id").GetString()!;

    private static async Task<string> SecretAsync(TestServer server, string user, string members = "")
    {
        var (status, session) = await server.PostAsync("chatkit/sessions", $$"""{"user":"{{user}}","workflow":{"id":"{{await AgentAsync(server)}}"}{{members}}}""");
        Assert.True(status == 200, session.ToString());
        return session.GetProperty("client_secret").GetString()!;
    }

    private static async Task<HttpClient> UserAsync(TestServer server, string user) =>
        server.ClientOf(await SecretAsync(server, user, ""","rate_limits":{"max_requests_per_1_minute":100}"""));

    private static string Request(string type, string parameters) => $$"""{"type":"{{type}}","params":{{parameters}}}""";

    private static Task<(int Status, JsonElement Body)> AskAsync(HttpClient http, string type, string parameters) => TestServer.SendAsync(http, HttpMethod.Post, "chatkit", Request(type, parameters));

    private static Task<LiveEvents> SayAsync(HttpClient http, string text, string? thread = null)
    {
        var input = $$$"""{"content":[{"type":"input_text","text":"{{{text}}}"}],"attachments":[],"inference_options":{}}""";
        return LiveEvents.OpenAsync(http, HttpMethod.Post, "chatkit", thread is null
            ? Request("threads.create", $$"""{"input":{{input}}}""")
            : Request("threads.add_user_message", $$"""{"thread_id":"{{thread}}","input":{{input}}}"""));
    }
}
