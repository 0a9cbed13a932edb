using Cadre.Engine.Models;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class Replies
{
    [Theory]
    [InlineData("stop", StopReason.Finished)]
    [InlineData("eos", StopReason.Finished)]
    [InlineData("length", StopReason.Length)]
    [InlineData("content_filter", StopReason.ContentFilter)]
    public async Task A_chat_reply_says_why_it_stopped(string reason, StopReason stop) =>
        Assert.Equal(stop, (await AskAsync(chat: true, Hello(), ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatFinish(reason), Frames.Done))).Completed().Stop);

    [Theory]
    [InlineData("max_output_tokens", StopReason.Length)]
    [InlineData("content_filter", StopReason.ContentFilter)]
    public async Task An_incomplete_response_says_why(string reason, StopReason stop)
    {
        var end = Frames.Event("response.incomplete", $$"""
            "response":{"id":"r","status":"incomplete","incomplete_details":{"reason":"{{reason}}"},"output":[],"usage":null}
            """);
        var reply = (await AskAsync(chat: false, Hello(), ScriptedServer.Events(Frames.Text("so far"), end))).Completed();
        Assert.Equal(("so far", stop), (reply.Text, reply.Stop));
    }

    [Fact]
    public async Task A_refusal_is_text_that_was_filtered()
    {
        var chat = (await AskAsync(chat: true, Hello(), ScriptedServer.Events(Frames.Chat("""{"refusal":"I will not."}"""), Frames.ChatEnd))).Completed();
        Assert.Equal(("I will not.", StopReason.ContentFilter), (chat.Text, chat.Stop));

        var item = """{"type":"message","id":"m","role":"assistant","content":[{"type":"refusal","refusal":"I will not."}]}""";
        var responses = (await AskAsync(chat: false, Hello(), ScriptedServer.Events(Frames.ItemDone(0, item), Frames.Completed()))).Completed();
        Assert.Equal(("I will not.", StopReason.ContentFilter), (responses.Text, responses.Stop));
    }

    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}""", 10, 5, 4, 2)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":null,"total_tokens":15}""", 10, 5, 0, 0)]
    [InlineData("""{"prompt_tokens":10.0,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":99}}""", 10, 5, 10, 0)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7}}""", 10, 12, 0, 7)]
    public async Task Usage_is_read_as_it_is_meant(string usage, long input, long output, long cached, long reasoning)
    {
        var frame = $$"""data: {"id":"c","choices":[],"usage":{{usage}}}""" + "\n\n";
        var reply = (await AskAsync(chat: true, Hello(), ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd, frame, Frames.Done))).Completed();
        Assert.Equal(new Usage(input, output, cached, reasoning), reply.Usage);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"prompt_tokens":-1,"completion_tokens":5}""")]
    [InlineData("""{"prompt_tokens":"many","completion_tokens":5}""")]
    public async Task Usage_that_cannot_be_believed_is_estimated(string usage)
    {
        var frame = $$"""data: {"id":"c","choices":[],"usage":{{usage}}}""" + "\n\n";
        var reply = (await AskAsync(chat: true, Hello(new string('a', 4000)), ScriptedServer.Events(Frames.ChatText(new string('b', 400)), Frames.ChatEnd, frame, Frames.Done))).Completed();
        Assert.InRange(reply.Usage.Input, 1000, 1100);
        Assert.Equal(100, reply.Usage.Output);
    }

    [Fact]
    public async Task Response_usage_has_its_details() =>
        Assert.Equal(new Usage(7, 3, 2, 1), (await AskAsync(chat: false, Hello(), ScriptedServer.Events(Frames.Text("x"), Frames.Completed()))).Completed().Usage);

    [Theory]
    [InlineData("```json\\n{\\\"sum\\\":42}\\n```")]
    [InlineData("Here it is:\\n```\\n{\\\"sum\\\":42}\\n```\\nDone.")]
    [InlineData("<think>let me see {</think>\\n{\\\"sum\\\":42}")]
    [InlineData("  {\\\"sum\\\":42}\\n")]
    public async Task Fences_and_thoughts_around_JSON_are_taken_off(string text)
    {
        var reply = (await AskAsync(chat: true, Hello() with { Output = Sum }, ScriptedServer.Events(Frames.ChatText(text), Frames.ChatEnd))).Completed();
        Assert.Equal("""{"sum":42}""", reply.Text);
        var free = (await AskAsync(chat: true, Hello(), ScriptedServer.Events(Frames.ChatText(text), Frames.ChatEnd))).Completed();
        Assert.NotEqual("""{"sum":42}""", free.Text);
    }

    [Fact]
    public async Task Thoughts_are_shown_apart()
    {
        var chat = await AskAsync(chat: true, Hello(), ScriptedServer.Events(
            Frames.Chat("""{"reasoning_content":"hm"}"""), Frames.Chat("""{"reasoning":"well","content":null}"""), Frames.ChatText("x"), Frames.ChatEnd));
        Assert.Equal(["hm", "well"], chat.OfType<ModelChunk.Reasoning>().Select(piece => piece.Delta));
        Assert.Equal("x", chat.Completed().Text);

        var responses = await AskAsync(chat: false, Hello(), ScriptedServer.Events(
            Frames.Event("response.reasoning_summary_text.delta", "\"delta\":\"hm\""), Frames.Text("x"), Frames.Completed()));
        Assert.Equal(["hm"], responses.OfType<ModelChunk.Reasoning>().Select(piece => piece.Delta));
    }
}
