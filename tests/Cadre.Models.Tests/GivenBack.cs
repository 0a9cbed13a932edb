using System.Text.Json;
using Cadre.Engine.Models;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

/// <summary>What a provider sent beside text and calls.</summary>
public sealed class GivenBack
{
    private const string Reasoning = """{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"}""";
    private const string Unheard = """{"type":"telepathy_call","id":"t_1","thought":{"deep":true}}""";

    [Fact]
    public async Task Reasoning_and_unknown_items_return_untouched_to_the_same_endpoint_only()
    {
        var call = Frames.Call(2, "weather", "{}");
        await using var server = new ScriptedServer(ScriptedServer.Events(Frames.ItemDone(0, Reasoning), Frames.ItemDone(1, Unheard), Frames.ItemDone(2, call), Frames.Completed()));
        await using var other = new ScriptedServer(ScriptedServer.Events(Frames.Completed()));
        using var model = Connect(Options(server.BaseUrl));
        using var stranger = Connect(Options(other.BaseUrl));
        using var chat = Connect(Options(server.BaseUrl, chat: true));

        var reply = await model.ReplyAsync(Hello());
        var next = Hello() with { Messages = [new Message.User("Hello"), Kept(reply), new Message.ToolOutput("call_2", "sunny")] };
        await model.ReplyAsync(next);
        await stranger.ReplyAsync(next);
        await chat.ChunksAsync(next);

        var input = server.Requests[1].Json.GetProperty("input");
        AssertJson(Reasoning, input[1]);
        AssertJson(Unheard, input[2]);
        AssertJson(call, input[3]);
        Assert.Equal(5, input.GetArrayLength());
        Assert.DoesNotContain("gAAA", other.Requests[0].Body);
        Assert.Contains("call_2", other.Requests[0].Body);
        Assert.DoesNotContain("gAAA", server.Requests[2].Body);
    }

    [Fact]
    public async Task An_edited_message_goes_without_them()
    {
        await using var server = new ScriptedServer(ScriptedServer.Events(Frames.ItemDone(0, Reasoning), Frames.ItemDone(1, Frames.Message("secret")), Frames.Completed()));
        using var model = Connect(Options(server.BaseUrl));
        var reply = await model.ReplyAsync(Hello());
        await model.ReplyAsync(Hello() with { Messages = [Kept(reply) with { Text = "***" }] });
        AssertJson("""[{"type":"message","role":"assistant","content":"***"}]""", server.Requests[1].Json.GetProperty("input"));
    }

    [Fact]
    public async Task A_reasoning_item_that_is_only_a_reference_is_not_sent()
    {
        await using var server = new ScriptedServer(ScriptedServer.Events(
            Frames.ItemDone(0, """{"type":"reasoning","id":"rs_1","summary":[]}"""), Frames.ItemDone(1, Frames.Message("x")), Frames.Completed()));
        using var model = Connect(Options(server.BaseUrl));
        var reply = await model.ReplyAsync(Hello());
        await model.ReplyAsync(Hello() with { Messages = [Kept(reply)] });
        Assert.DoesNotContain("rs_1", server.Requests[1].Body);
    }

    [Fact]
    public async Task Plain_text_and_calls_leave_nothing_to_keep()
    {
        var reply = (await AskAsync(chat: false, Hello(), ScriptedServer.Events(
            Frames.ItemDone(0, Frames.Message("x")), Frames.ItemDone(1, Frames.Call(1, "weather", "{}")), Frames.Completed()))).Completed();
        Assert.Null(reply.Raw);
        Assert.Null((await AskAsync(chat: true, Hello(), ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd))).Completed().Raw);
    }

    [Fact]
    public async Task Signatures_and_thoughts_of_a_chat_message_return_with_it()
    {
        await using var server = new ScriptedServer(ScriptedServer.Events(
            Frames.Chat("""{"reasoning_content":"let me ","annotations":[]}"""), Frames.Chat("""{"reasoning_content":"see","reasoning_details":[{"d":1}]}"""),
            Frames.Chat("""{"reasoning_details":[{"d":2}],"tool_calls":[{"index":0,"id":"c","extra_content":{"sig":"s"},"function":{"name":"weather","arguments":"{}"}}]}"""),
            Frames.ChatFinish("tool_calls")));
        using var model = Connect(Options(server.BaseUrl, chat: true));
        var reply = await model.ReplyAsync(Hello());
        await model.ReplyAsync(Hello() with { Messages = [Kept(reply), new Message.ToolOutput("c", "sunny")] });
        AssertJson("""
            {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"weather","arguments":"{}"},"extra_content":{"sig":"s"}}],
             "reasoning_content":"let me see","reasoning_details":[{"d":1},{"d":2}]}
            """, server.Requests[1].Json.GetProperty("messages")[0]);
    }

    private static Message.Assistant Kept(ModelReply reply) => new(reply.Text, reply.Calls, JsonElement.Parse(reply.Raw!.Value.GetRawText()));
}
