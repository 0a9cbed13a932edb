using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Conformance.Tests.Description;

namespace Cadre.Conformance.Tests.Wire;

/// <summary>Holds what a server sent to the public description, and remembers what did not fit.</summary>
internal sealed class Judgement
{
    private const int MaxShown = 1_500;

    /// <summary>Members whose value is the caller's own.</summary>
    private static readonly HashSet<string> Free = new(["metadata", "attributes", "parameters", "schema", "arguments", "output", "state_variables", "headers"], StringComparer.Ordinal);

    /// <summary>What a server may send over a WebSocket.</summary>
    public static JsonNode WebSocketMessage { get; } = JsonNode.Parse("""
        {"anyOf":[
          {"$ref":"#/components/schemas/ResponsesServerEvent"},
          {"type":"object","required":["type","error"],"properties":{"type":{"enum":["error"]},"status":{"type":"integer"},
           "error":{"type":"object","required":["message"],"properties":{"message":{"type":"string"},"code":{"type":["string","null"]},"param":{"type":["string","null"]}}}}}]}
        """)!;

    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentDictionary<string, int> _seen = new(StringComparer.Ordinal);

    /// <summary>One entry for each body or event that did not fit, at most 200.</summary>
    public IReadOnlyList<string> Faults => [.. _faults];

    /// <summary>How often an operation was judged, by its id.</summary>
    public IReadOnlyDictionary<string, int> Seen => _seen;

    public void Answer(ApiOperation? operation, HttpStatusCode status, string? mediaType, ReadOnlyMemory<byte> body, string request)
    {
        var code = (int)status;
        if (operation is null) return;
        _seen.AddOrUpdate(operation.Id, 1, static (_, count) => count + 1);
        if (code >= 400)
        {
            Judge(ApiDescription.OpenAI, ApiDescription.Reference("ErrorResponse"), body, $"{request} → {code}");
            if (code >= 500) Fault($"{request} → {code}", "a server error", body);
            return;
        }

        if (operation.Answer is null) return;
        if (mediaType != "application/json") Fault($"{request} → {code}", $"answers {mediaType}, not application/json", body);
        else Judge(operation.Description, operation.Answer, body, $"{request} → {code}");
    }

    /// <param name="name">The "event:" field; "message" when there was none.</param>
    public void Event(ApiOperation? operation, string name, string data, string request)
    {
        if (operation?.Stream is not { } schema) return;
        var where = $"{request} ⇢ {name}";
        if (operation.IsAssistantsStream)
        {
            var body = data == "[DONE]" ? JsonValue.Create(data).ToJsonString() : data;
            Judge(operation.Description, schema, Encoding.UTF8.GetBytes($"{{\"event\":{JsonValue.Create(name).ToJsonString()},\"data\":{body}}}"), where);
            return;
        }

        if (data == "[DONE]") return;
        Judge(operation.Description, schema, Encoding.UTF8.GetBytes(data), where);
    }

    /// <summary>A message of the Responses API over a WebSocket. Errors may also have the form of OpenAI's guide to it: status, and the error as over HTTP.</summary>
    public void Message(string data, string request) => Judge(ApiDescription.OpenAI, WebSocketMessage, Encoding.UTF8.GetBytes(data), $"{request} ⇢ message");

    public void Fault(string where, string what, ReadOnlyMemory<byte> body)
    {
        if (_faults.Count < 200) _faults.Enqueue($"{where}: {what}\n    {Shown(body)}");
    }

    private void Judge(ApiDescription description, JsonNode schema, ReadOnlyMemory<byte> body, string where)
    {
        try
        {
            using var parsed = JsonDocument.Parse(body);
            var errors = description.Check(schema, parsed.RootElement);
            if (errors.Count > 0) Fault(where, string.Join(' ', errors.Take(6)), body);
            var strangers = Strangers(description, parsed.RootElement).Distinct().ToList();
            if (strangers.Count > 0) Fault(where, "has members that the description knows nowhere: " + string.Join(", ", strangers), body);
        }
        catch (JsonException broken)
        {
            Fault(where, "is not JSON: " + broken.Message, body);
        }
    }

    /// <summary>A member's name that is nowhere in the description is a slip of the pen, or something of ours that leaks.</summary>
    private static IEnumerable<string> Strangers(ApiDescription description, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(item => Strangers(description, item)),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member =>
            !description.Names.Contains(member.Name) ? [member.Name] : Free.Contains(member.Name) ? [] : Strangers(description, member.Value)),
        _ => [],
    };

    private static string Shown(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, MaxShown)]) + (body.Length > MaxShown ? "…" : "");
}
