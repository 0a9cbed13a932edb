namespace Cadre.Models.Tests;

/// <summary>Events of both wires as endpoints send them.</summary>
internal static class Frames
{
    public const string Done = "data: [DONE]\n\n";

    public const string ChatEnd = """data: {"id":"c1","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n";

    public const string ChatUsage = """data: {"id":"c1","model":"m-1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}""" + "\n\n";

    public static string Chat(string delta) => $$"""data: {"id":"c1","model":"m-1","choices":[{"index":0,"delta":{{delta}},"finish_reason":null}]}""" + "\n\n";

    public static string ChatText(string text) => Chat($$"""{"content":"{{text}}"}""");

    public static string ChatFinish(string reason) => $$"""data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"{{reason}}"}]}""" + "\n\n";

    public static string Event(string type, string members) => $$"""
        event: {{type}}
        data: {"type":"{{type}}",{{members}}}


        """.ReplaceLineEndings("\n");

    public static string Text(string delta) => Event("response.output_text.delta", $$"""
        "item_id":"msg_1","output_index":0,"content_index":0,"delta":"{{delta}}"
        """);

    public static string ItemDone(int index, string item) => Event("response.output_item.done", $$"""
        "output_index":{{index}},"item":{{item}}
        """);

    public static string ItemAdded(int index, string item) => Event("response.output_item.added", $$"""
        "output_index":{{index}},"item":{{item}}
        """);

    public static string Arguments(int index, string delta) => Event("response.function_call_arguments.delta", $$"""
        "output_index":{{index}},"item_id":"fc_{{index}}","delta":"{{delta}}"
        """);

    public static string Message(string text) =>
        $$"""{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"{{text}}","annotations":[]}]}""";

    public static string Call(int index, string name, string arguments) =>
        $$"""{"type":"function_call","id":"fc_{{index}}","call_id":"call_{{index}}","name":"{{name}}","arguments":"{{arguments}}","status":"completed"}""";

    public static string Completed(string output = "[]", string rest = "") => Event("response.completed", $$"""
        "response":{"id":"resp_1","model":"m-1","status":"completed","output":{{output}},"usage":{"input_tokens":7,"input_tokens_details":{"cached_tokens":2},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":10}{{rest}}}
        """);
}
