using System.Text;
using Cadre.Engine.Models;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class Streams
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reply_cut_into_single_bytes_is_read_as_one(bool chat)
    {
        const string Text = "naïve 漢字 🙂 end";
        var stream = chat
            ? Frames.ChatText(Text) + Frames.ChatEnd + Frames.ChatUsage + Frames.Done
            : Frames.Text(Text) + Frames.ItemDone(0, Frames.Message(Text)) + Frames.Completed();
        var pieces = Encoding.UTF8.GetBytes(stream).Select(single => new[] { single });

        var chunks = await AskAsync(chat, Hello(), ScriptedServer.Bytes(pieces));

        Assert.Equal(Text, chunks.Shown());
        var reply = chunks.Completed();
        Assert.Equal((Text, StopReason.Finished, "m-1"), (reply.Text, reply.Stop, reply.Model));
        Assert.Equal((7, 3), (reply.Usage.Input, reply.Usage.Output));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    [InlineData("\n")]
    public async Task Any_line_ending_will_do(string ending)
    {
        var stream = (Frames.ChatText("a") + Frames.ChatEnd + Frames.Done).Replace("\n", ending);
        Assert.Equal("a", (await AskAsync(chat: true, Hello(), ScriptedServer.Events(stream))).Completed().Text);
    }

    [Fact]
    public async Task Comments_and_unknown_events_and_fields_are_skipped_and_data_lines_are_joined()
    {
        var stream = ": keep-alive\n\nid: 4\nretry: 9\nnonsense\n\n" + Frames.Event("response.brand_new.delta", "\"delta\":{\"a\":[1]}")
            + "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\ndata: \"delta\":\"x\", \"new\": {}}\n\n" + Frames.Completed();
        Assert.Equal("x", (await AskAsync(chat: false, Hello(), ScriptedServer.Events(stream))).Completed().Text);
    }

    [Fact]
    public async Task Event_lines_may_be_missing()
    {
        var stream = (Frames.Text("x") + Frames.Completed()).Split('\n').Where(line => !line.StartsWith("event:", StringComparison.Ordinal));
        Assert.Equal("x", (await AskAsync(chat: false, Hello(), ScriptedServer.Events(string.Join('\n', stream)))).Completed().Text);
    }

    [Fact]
    public async Task The_type_of_the_content_may_be_wrong_or_missing()
    {
        var body = Encoding.UTF8.GetBytes("\n" + Frames.ChatText("x") + Frames.ChatEnd + Frames.Done);
        Assert.Equal("x", (await AskAsync(chat: true, Hello(), ScriptedServer.Bytes([body], "text/plain"))).Completed().Text);
        Assert.Equal("x", (await AskAsync(chat: true, Hello(), ScriptedServer.Reply(200, Encoding.UTF8.GetString(body), contentType: ""))).Completed().Text);
    }

    [Fact]
    public async Task A_chat_reply_is_whole_once_it_has_a_reason_to_finish()
    {
        Assert.Equal("x", (await AskAsync(chat: true, Hello(), ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd))).Completed().Text);
        Assert.Equal("x", (await AskAsync(chat: true, Hello(), ScriptedServer.Cut(Frames.ChatText("x"), Frames.ChatEnd))).Completed().Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clean_end_without_the_last_event_is_a_cut(bool chat)
    {
        var text = chat ? Frames.ChatText("x") : Frames.Text("x");
        Assert.Equal(ModelFailureKind.Cut, (await AskAsync(chat, Hello(), ScriptedServer.Events(text))).Failed().Kind);
        Assert.Equal(ModelFailureKind.Cut, (await AskAsync(chat, Hello(), ScriptedServer.Cut(text))).Failed().Kind);
        Assert.Equal(ModelFailureKind.Cut, (await AskAsync(chat, Hello(), ScriptedServer.Raw(""))).Failed().Kind);
    }

    [Fact]
    public async Task A_whole_body_in_place_of_a_stream_is_a_reply()
    {
        var chat = await AskAsync(chat: true, Hello(), ScriptedServer.Reply(200,
            """{"id":"c1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"hi","tool_calls":[{"id":"a","type":"function","function":{"name":"weather","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"""));
        Assert.Equal(("hi", StopReason.ToolCalls, 3L), (chat.Completed().Text, chat.Completed().Stop, chat.Completed().Usage.Total));
        Assert.Equal([new ToolRequest("a", "weather", "{}")], chat.Completed().Calls);

        var responses = await AskAsync(chat: false, Hello(), ScriptedServer.Reply(200,
            $$"""{"id":"r","object":"response","status":"completed","error":null,"model":"m-1","output":[{{Frames.Message("hi")}},{{Frames.Call(1, "weather", "{}")}}]}"""));
        Assert.Equal(("hi", "hi", StopReason.ToolCalls), (responses.Shown(), responses.Completed().Text, responses.Completed().Stop));
        Assert.Contains(new ModelChunk.CallStarted("call_1", "weather"), responses);
    }

    [Theory]
    [InlineData("<html><body>Welcome</body></html>", "text/html")]
    [InlineData("{\"object\":\"surprise\"}", "application/json")]
    [InlineData("{\"choices\":[{\"index\":0,", "application/json")]
    [InlineData("", "text/plain")]
    public async Task A_body_that_is_no_reply_is_malformed(string body, string type)
    {
        Assert.Equal(ModelFailureKind.Malformed, (await AskAsync(chat: true, Hello(), ScriptedServer.Reply(200, body, type))).Failed().Kind);
        Assert.Equal(ModelFailureKind.Malformed, (await AskAsync(chat: false, Hello(), ScriptedServer.Reply(200, body, type))).Failed().Kind);
    }

    [Theory]
    [InlineData("data: {\"choices\": [{]}\n\n")]
    [InlineData("data: 17\n\n")]
    [InlineData("data: {\"choices\": 17}\n\n")]
    public async Task An_event_that_is_no_event_is_malformed(string frame)
    {
        Assert.Equal(ModelFailureKind.Malformed, (await AskAsync(chat: true, Hello(), ScriptedServer.Events(Frames.ChatText("x"), frame, Frames.Done))).Failed().Kind);
    }

    [Fact]
    public async Task Something_that_does_not_speak_HTTP_is_malformed() =>
        Assert.Equal(ModelFailureKind.Malformed, (await AskAsync(chat: true, Hello(), ScriptedServer.Raw("SSH-2.0-OpenSSH_9.2\r\n"))).Failed().Kind);

    [Fact]
    public async Task A_line_without_end_is_stopped()
    {
        var flood = Enumerable.Repeat(new byte[1 << 16], 200).Select((piece, index) =>
        {
            piece = [.. piece];
            Array.Fill(piece, (byte)'x');
            if (index == 0) "data: {\"a\":\""u8.CopyTo(piece);
            return piece;
        });
        var failure = (await AskAsync(chat: true, Hello(), ScriptedServer.Bytes(flood))).Failed();
        Assert.Equal(ModelFailureKind.Malformed, failure.Kind);
        Assert.Contains("a line of more than", failure.Message);
    }
}
