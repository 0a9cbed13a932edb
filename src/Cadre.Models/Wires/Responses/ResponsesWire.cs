using Cadre.Engine.Models;
using Cadre.Models.Endpoints;

namespace Cadre.Models.Wires.Responses;

/// <summary>OpenAI's Responses API, used without storage: <c>store</c> is false and reasoning items travel encrypted.</summary>
internal sealed class ResponsesWire(Endpoint endpoint) : IWire
{
    public const string Name = "responses";

    public string Path => "responses";

    public ReadOnlyMemory<byte> Write(ModelRequest request, RequestShape shape)
    {
        using var body = new RequestBody(shape, request.Extra);
        body.Text("model", request.Model);
        body.Text("instructions", SchemaInstructions.For(request, shape));
        if (body.Names("input")) new ResponsesInput(body.Json, endpoint.Address, shape).Write(request.Messages);
        WriteTools(body, request, shape);
        WriteFormat(body, request.Output, shape);
        if (body.Names("store")) body.Json.WriteBooleanValue(false);
        if (body.Names("include"))
        {
            body.Json.WriteStartArray();
            body.Json.WriteStringValue("reasoning.encrypted_content");
            body.Json.WriteEndArray();
        }

        if (request.ReasoningEffort is { } effort && body.Names("reasoning"))
        {
            body.Json.WriteStartObject();
            body.Json.WriteString("effort", effort);
            body.Json.WriteEndObject();
        }

        body.Number("max_output_tokens", request.MaxOutputTokens);
        body.Number("temperature", request.Temperature);
        body.Number("top_p", request.TopP);
        body.Text("prompt_cache_key", request.CacheKey);
        return body.Finish();
    }

    public ReplyFold Fold(ModelRequest request, string endpoint) => new ResponsesFold(request, endpoint);

    private static void WriteTools(RequestBody body, ModelRequest request, RequestShape shape)
    {
        if (request.Tools.IsEmpty) return;
        var json = body.Json;
        if (body.Names("tools"))
        {
            json.WriteStartArray();
            foreach (var tool in request.Tools)
            {
                json.WriteStartObject();
                json.WriteString("type", "function");
                ToolFields.Write(json, tool, alwaysStrict: true, shape);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (request.ToolChoice is { } choice && body.Names("tool_choice"))
        {
            if (choice is { Mode: ToolChoiceMode.Named, Tool: { } name })
            {
                json.WriteStartObject();
                json.WriteString("type", "function");
                json.WriteString("name", name);
                json.WriteEndObject();
            }
            else json.WriteStringValue(ToolFields.Word(choice.Mode));
        }

        if (!request.ParallelToolCalls && body.Names("parallel_tool_calls")) json.WriteBooleanValue(false);
    }

    private static void WriteFormat(RequestBody body, OutputSchema? output, RequestShape shape)
    {
        if (output is null || shape.Schema == SchemaMode.None || !body.Names("text")) return;
        var json = body.Json;
        json.WriteStartObject();
        json.WriteStartObject("format");
        json.WriteString("type", shape.Schema == SchemaMode.JsonSchema ? "json_schema" : "json_object");
        if (shape.Schema == SchemaMode.JsonSchema) ToolFields.WriteSchema(json, output, shape);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
