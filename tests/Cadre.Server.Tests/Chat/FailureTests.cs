using System.Text.Json;

namespace Cadre.Server.Tests.Chat;

public sealed class A_failure_of_the_model
{
    private const string Secret = "upstream-host.internal says sk-12345";

    /// <summary>The first request is served with calls; what follows fails.</summary>
    private static string AfterCalls(string fault) => $$"""
        otherwise: fail
        rules:
          - { when: { last_user: milk, tool_results: 0 }, then: { text: "Let me add it.", calls: [ { name: todo_create, arguments: { title: Milk } } ] } }
          - { when: { last_role: tool }, then: { fault: {{fault}} }, times: 5 }
          - { then: { text: "All done." } }
        """;

    [Theory]
    [InlineData("{ status: 400, message: \"" + Secret + "\" }", 502, "assistant_failed")]
    [InlineData("{ status: 401, message: \"" + Secret + "\" }", 502, "assistant_failed")]
    [InlineData("{ status: 429, code: insufficient_quota, message: \"" + Secret + "\" }", 502, "assistant_failed")]
    [InlineData("{ status: 400, code: context_length_exceeded, message: \"" + Secret + "\" }", 422, "conversation_too_long")]
    public async Task Is_told_in_friendly_words_and_what_was_done_is_kept(string fault, int status, string code)
    {
        await using var server = await TestServer.StartAsync(AfterCalls(fault));
        using var alice = People.SignIn(server, "alice");
        var (answered, problem) = await alice.SayAsync("milk, please");
        Assert.Equal((status, code), (answered, problem.GetProperty("code").GetString()));
        Assert.StartsWith("req_", problem.GetProperty("request_id").GetString(), StringComparison.Ordinal);
        Assert.Equal("Let me add it.", problem.GetProperty("agent_response").GetString());
        Assert.True(problem.GetProperty("tool_calls")[0].GetProperty("result").GetProperty("success").GetBoolean());
        foreach (var inside in new[] { "upstream", "sk-", "Exception", "http", "simulator", "insufficient" }) Assert.DoesNotContain(inside, problem.GetRawText(), StringComparison.OrdinalIgnoreCase);

        var conversation = problem.GetProperty("conversation_id").GetString();
        var (_, shown) = await alice.GetAsync($"chat/conversations/{conversation}");
        Assert.Equal(("failed", problem.GetProperty("title").GetString()), (shown.GetProperty("status").GetString(), shown.GetProperty("notice").GetString()));
        Assert.Equal(["milk, please", "Let me add it."], shown.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()));
        Assert.Equal("Milk", (await alice.GetAsync("tasks")).Body.GetProperty("data")[0].GetProperty("title").GetString());
    }

    [Fact]
    public async Task Ends_a_stream_with_one_error_and_the_answer_can_be_resumed()
    {
        await using var server = await TestServer.StartAsync(AfterCalls("{ status: 400, message: \"" + Secret + "\" }").Replace("times: 5", "times: 1", StringComparison.Ordinal));
        using var alice = People.SignIn(server, "alice");
        using var stream = await (await alice.StreamAsync(HttpMethod.Post, "chat", """{"message":"milk","stream":true}""")).ToEndAsync();
        Assert.Equal("error", stream.Seen[^1].Name);
        Assert.Single(stream.Names, name => name is "error" or "done");
        Assert.Equal("assistant_failed", stream.Last.GetProperty("code").GetString());
        Assert.DoesNotContain("upstream", stream.Last.GetRawText(), StringComparison.Ordinal);
        var conversation = stream.Last.GetProperty("conversation_id").GetString();

        var (status, resumed) = await alice.PostAsync($"chat/conversations/{conversation}/resume", "{}");
        Assert.Equal((200, "All done."), (status, resumed.GetProperty("agent_response").GetString()));
        Assert.Equal(0, resumed.GetProperty("tool_calls").GetArrayLength());
        Assert.Single((await alice.GetAsync("tasks")).Body.GetProperty("data").EnumerateArray());
        var (again, nothing) = await alice.PostAsync($"chat/conversations/{conversation}/resume", "{}");
        Assert.Equal((409, "nothing_to_resume"), (again, nothing.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task That_passes_is_not_seen_and_text_said_anew_replaces_what_was_shown()
    {
        await using var server = await TestServer.StartAsync("""
            otherwise: fail
            rules:
              - { then: { text: "The beginning of something that breaks.", chunk_size: 6, fault: { kind: cut, after: 5 } }, times: 1 }
              - { then: { text: "Quite another answer.", chunk_size: 6 } }
            """);
        using var alice = People.SignIn(server, "alice");
        using var stream = await (await alice.StreamAsync(HttpMethod.Post, "chat", """{"message":"hello","stream":true}""")).ToEndAsync();
        Assert.Equal("done", stream.Seen[^1].Name);
        Assert.Contains("text.reset", stream.Names);
        Assert.Equal("Quite another answer.", stream.Last.GetProperty("agent_response").GetString());
        Assert.Equal(stream.Last.GetProperty("agent_response").GetString(), stream.Text);

        // One that had a part of the first answer is told the same.
        var position = stream.Seen.First(seen => seen.Name == "text.delta").Id;
        using var rest = await (await alice.StreamAsync(HttpMethod.Get, $"chat/conversations/{stream.Last.GetProperty("conversation_id").GetString()}/stream", lastEventId: position)).ToEndAsync();
        rest.Seen.InsertRange(0, stream.Seen.Take(2));
        Assert.Contains("text.reset", rest.Names);
        Assert.Equal("Quite another answer.", rest.Text);
    }

    [Fact]
    public async Task Of_its_length_is_an_answer_that_can_go_on()
    {
        await using var server = await TestServer.StartAsync("""
            otherwise: fail
            rules:
              - { when: { last_user: "^count" }, then: { calls: [ { name: todo_list, arguments: {} } ] } }
              - { then: { text: "Ready." } }
            """);
        using var alice = People.SignIn(server, "alice");
        var (status, answer) = await alice.SayAsync("count for ever");
        Assert.Equal((200, "incomplete"), (status, answer.GetProperty("status").GetString()));
        Assert.Contains("more steps", answer.GetProperty("notice").GetString(), StringComparison.Ordinal);
        Assert.Equal(20, answer.GetProperty("tool_calls").GetArrayLength());
    }
}
