using System.Text.Json.Nodes;

namespace Cadre.Conformance.Tests.Description;

/// <summary>One operation of a description, with the schemas of what goes in and out; a schema is null where the description has none.</summary>
/// <param name="Path">As the description writes it, with names in braces; "/v1" is before it on the wire.</param>
/// <param name="Form">The request is multipart/form-data only.</param>
/// <param name="Stream">Schema of one server-sent event's data; for assistants, of event and data together.</param>
internal sealed record ApiOperation(
    ApiDescription Description, string Id, string Method, string Path, IReadOnlyList<ApiParameter> Parameters, JsonNode? Request, bool Form, JsonNode? Answer, JsonNode? Stream)
{
    /// <summary>OpenAI's description leaves out what these answer with "stream": true.</summary>
    public static IReadOnlyDictionary<string, string> Streams { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["createRun"] = "AssistantStreamEvent",
        ["createThreadAndRun"] = "AssistantStreamEvent",
        ["submitToolOuputsToRun"] = "AssistantStreamEvent",
        ["getResponse"] = "ResponseStreamEvent",
    };

    /// <summary>The protocol whose objects these are: what its server sends as an event is named beside the data.</summary>
    public bool IsAssistantsStream => Streams.TryGetValue(Id, out var name) && name == "AssistantStreamEvent";

    public bool Matches(string method, string[] segments, out int literals)
    {
        literals = 0;
        if (method != Method) return false;
        var own = Path.Split('/');
        if (own.Length != segments.Length) return false;
        for (var i = 0; i < own.Length; i++)
        {
            if (own[i].StartsWith('{')) continue;
            if (own[i] != segments[i]) return false;
            literals++;
        }

        return true;
    }

    public override string ToString() => $"{Method} {Path}";
}

/// <param name="In">"path" or "query".</param>
internal sealed record ApiParameter(string Name, string In, bool Required, JsonObject Schema);
