using Cadre.Engine.Models;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class ToolCalls
{
    private static readonly ModelRequest Asked = Hello() with { Tools = [Weather] };

    [Fact]
    public async Task Interleaved_chat_calls_stay_apart()
    {
        var chunks = await AskAsync(chat: true, Asked, ScriptedServer.Events(
            Frames.Chat("""{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":""}}]}"""),
            Frames.Chat("""{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"weather","arguments":"{\"ci"}}]}"""),
            Frames.Chat("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}},{"index":1,"function":{"arguments":"ty\":\"Rome\"}"}}]}"""),
            Frames.Chat("""{"tool_calls":[{"index":0,"function":{"arguments":"\"Oslo\"}"}}]}"""),
            Frames.ChatFinish("tool_calls"), Frames.Done));

        Assert.Equal([new("a", "weather", """{"city":"Oslo"}"""), new("b", "weather", """{"city":"Rome"}""")], chunks.Completed().Calls);
        Assert.Equal(StopReason.ToolCalls, chunks.Completed().Stop);
        Assert.Equal(["a", "b"], chunks.OfType<ModelChunk.CallStarted>().Select(call => call.CallId));
        Assert.Equal("""{"city":"Rome"}""", string.Concat(chunks.OfType<ModelChunk.CallArguments>().Where(piece => piece.CallId == "b").Select(piece => piece.Delta)));
    }

    [Fact]
    public async Task Servers_that_number_calls_badly_are_understood()
    {
        // All parallel calls with index 0, each whole.
        var zeroes = await AskAsync(chat: true, Asked, ScriptedServer.Events(
            Frames.Chat("""{"tool_calls":[{"index":0,"id":"a","function":{"name":"weather","arguments":"{\"n\":1}"}}]}"""),
            Frames.Chat("""{"tool_calls":[{"index":0,"id":"b","function":{"name":"weather","arguments":"{\"n\":2}"}}]}"""), Frames.ChatFinish("stop")));
        Assert.Equal(["""{"n":1}""", """{"n":2}"""], zeroes.Completed().Calls.Select(call => call.Arguments));
        Assert.Equal(StopReason.ToolCalls, zeroes.Completed().Stop);

        // No index, no id on the second piece, arguments as an object.
        var none = await AskAsync(chat: true, Asked, ScriptedServer.Events(
            Frames.Chat("""{"tool_calls":[{"id":"a","function":{"name":"weather","arguments":"{\"n\":"}}]}"""),
            Frames.Chat("""{"tool_calls":[{"function":{"arguments":"1}"}}]}"""),
            Frames.Chat("""{"tool_calls":[{"id":"b","function":{"name":"weather","arguments":{"n":2}}}]}"""), Frames.ChatFinish("tool_calls")));
        Assert.Equal([("a", """{"n":1}"""), ("b", """{"n":2}""")], none.Completed().Calls.Select(call => (call.CallId, call.Arguments)));
    }

    [Fact]
    public async Task Every_call_has_an_id_of_its_own()
    {
        var chunks = await AskAsync(chat: true, Asked, ScriptedServer.Events(
            Frames.Chat("""{"tool_calls":[{"index":0,"id":"","function":{"name":"weather","arguments":"{}"}},{"index":1,"id":"x","function":{"name":"weather","arguments":"{}"}},{"index":2,"id":"x","function":{"name":"weather","arguments":"{}"}}]}"""),
            Frames.ChatFinish("tool_calls")));
        var ids = chunks.Completed().Calls.Select(call => call.CallId).ToArray();
        Assert.Equal(3, ids.Distinct().Count(id => id.Length > 0));
        Assert.Equal(ids, chunks.OfType<ModelChunk.CallStarted>().Select(call => call.CallId));
    }

    [Fact]
    public async Task Interleaved_response_calls_stay_apart_and_the_finished_items_are_the_facts()
    {
        var chunks = await AskAsync(chat: false, Asked, ScriptedServer.Events(
            Frames.ItemAdded(0, Frames.Call(0, "weather", "")), Frames.ItemAdded(1, Frames.Call(1, "weather", "")),
            Frames.Arguments(1, "{}"), Frames.Arguments(0, "{\\\"city\\\":"), Frames.Arguments(0, "\\\"Oslo\\\"}"),
            Frames.ItemDone(1, Frames.Call(1, "weather", "{}")), Frames.ItemDone(0, Frames.Call(0, "weather", "{\\\"city\\\":\\\"Oslo\\\"}")),
            Frames.Completed()));
        Assert.Equal([new("call_0", "weather", """{"city":"Oslo"}"""), new("call_1", "weather", "{}")], chunks.Completed().Calls);
        Assert.Equal("""{"city":"Oslo"}""", string.Concat(chunks.OfType<ModelChunk.CallArguments>().Where(piece => piece.CallId == "call_0").Select(piece => piece.Delta)));
    }

    [Fact]
    public async Task Calls_that_were_only_streamed_count_too()
    {
        var chunks = await AskAsync(chat: false, Asked, ScriptedServer.Events(
            Frames.ItemAdded(0, Frames.Call(0, "weather", "")), Frames.Arguments(0, "{}"), Frames.Completed()));
        Assert.Equal([new("call_0", "weather", "{}")], chunks.Completed().Calls);
    }

    [Fact]
    public async Task Too_many_calls_and_too_long_arguments_are_malformed()
    {
        var many = Enumerable.Range(0, 200).Select(index => Frames.Chat($$$"""{"tool_calls":[{"index":{{{index}}},"id":"c{{{index}}}","function":{"name":"weather","arguments":"{}"}}]}"""));
        Assert.Equal(ModelFailureKind.Malformed, (await AskAsync(chat: true, Asked, ScriptedServer.Events([.. many]))).Failed().Kind);

        var piece = Frames.Chat($$$"""{"tool_calls":[{"index":0,"id":"c","function":{"name":"weather","arguments":"{{{new string('x', 600_000)}}}"}}]}""");
        Assert.Equal(ModelFailureKind.Malformed, (await AskAsync(chat: true, Asked, ScriptedServer.Events(piece, piece))).Failed().Kind);
    }
}
