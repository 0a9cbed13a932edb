using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Wires;

namespace Cadre.Models.Capabilities;

/// <summary>What a probe asks, and how it reads the answers.</summary>
internal static class ProbeRequests
{
    /// <summary>Everything that a careless server mangles in a JSON string: quotes, escapes, control characters, scripts, and its own markers.</summary>
    public const string NastyText = "a \"quoted\" \\ back\\slash 'single'\nnew line\ttab {\"x\": [1, 2]} </tool_call> <|im_end|> naïve Ж 漢 🙂";

    private const int OutputTokens = 1024;

    public static ModelRequest Ping(string model) => Ask(model, "Reply with the single word: pong");

    public static ModelRequest Echo(string model) => Ask(model, "Call the tool probe_echo with the one text that its schema allows, character for character.") with
    {
        Tools = [new("probe_echo", "Takes a text.", EchoSchema())],
        ToolChoice = new(ToolChoiceMode.Named, "probe_echo"),
    };

    public static ModelRequest Parallel(string model) => Ask(model, "Call the tools probe_first and probe_second, both of them at once, in one reply.") with
    {
        Tools = [new("probe_first", "Call this together with probe_second.", Element("""{"type":"object","properties":{}}""")), new("probe_second", "Call this together with probe_first.", Element("""{"type":"object","properties":{}}"""))],
    };

    public static ModelRequest Structured(string model) => Ask(model, "How much is 40 and 2?") with
    {
        Output = new("probe_sum", Element("""{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"],"additionalProperties":false}""")),
    };

    public static bool Echoes(ModelReply reply) => reply.Calls.Any(call => Member(call.Arguments, "text") is { ValueKind: JsonValueKind.String } text && text.GetString() == NastyText);

    public static bool IsParallel(ModelReply reply) => reply.Calls.Length >= 2;

    public static bool IsStructured(ModelReply reply) => Member(reply.Text, "sum") is { ValueKind: JsonValueKind.Number };

    public static ReadOnlyMemory<byte> Embedding(string model)
    {
        using var body = new RequestBody(RequestShape.Full, extra: null);
        body.Text("model", model);
        body.Text("input", "probe");
        return body.Finish();
    }

    private static ModelRequest Ask(string model, string text) => new(model, null, [new Message.User(text)]) { MaxOutputTokens = OutputTokens };

    private static JsonElement EchoSchema() => Element(
        $$$"""{"type":"object","properties":{"text":{"type":"string","enum":["{{{JsonEncodedText.Encode(NastyText)}}}"]}},"required":["text"],"additionalProperties":false}""");

    private static JsonElement Element(string json) => JsonElement.Parse(json);

    private static JsonElement? Member(string json, string name)
    {
        try
        {
            var root = JsonElement.Parse(json);
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
