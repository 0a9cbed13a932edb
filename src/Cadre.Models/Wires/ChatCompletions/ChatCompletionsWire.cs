using Cadre.Engine.Models;
using Cadre.Models.Endpoints;

namespace Cadre.Models.Wires.ChatCompletions;

/// <summary>Chat Completions, in the form that the most servers take: few optional fields, <c>system</c> for instructions.</summary>
internal sealed class ChatCompletionsWire(Endpoint endpoint) : IWire
{
    public const string Name = "chat_completions";

    public string Path => "chat/completions";

    public ReadOnlyMemory<byte> Write(ModelRequest request, RequestShape shape)
    {
        using var body = new RequestBody(shape, request.Extra);
        body.Text("model", request.Model);
        if (body.Names("messages")) new ChatMessages(body.Json, endpoint.Address, shape).Write(SchemaInstructions.For(request, shape), request.Messages);
        WriteTools(body, request, shape);
        WriteFormat(body, request.Output, shape);
        body.Number(shape.NamesCompletionTokens ? "max_completion_tokens" : "max_tokens", request.MaxOutputTokens);
        body.Number("temperature", request.Temperature);
        body.Number("top_p", request.TopP);
        body.Text("reasoning_effort", request.ReasoningEffort);
        body.Text("prompt_cache_key", request.CacheKey);
        if (body.Names("stream_options"))
        {
            body.Json.WriteStartObject();
            body.Json.WriteBoolean("include_usage", true);
            body.Json.WriteEndObject();
        }

        return body.Finish();
    }

    public ReplyFold Fold(ModelRequest request, string endpoint) => new ChatCompletionsFold(request, endpoint);

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
                json.WriteStartObject("function");
                ToolFields.Write(json, tool, alwaysStrict: false, shape);
                json.WriteEndObject();
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
                json.WriteStartObject("function");
                json.WriteString("name", name);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            else json.WriteStringValue(ToolFields.Word(choice.Mode));
        }

        if (!request.ParallelToolCalls && body.Names("parallel_tool_calls")) json.WriteBooleanValue(false);
    }

    private static void WriteFormat(RequestBody body, OutputSchema? output, RequestShape shape)
    {
        if (output is null || shape.Schema == SchemaMode.None || !body.Names("response_format")) return;
        var json = body.Json;
        json.WriteStartObject();
        json.WriteString("type", shape.Schema == SchemaMode.JsonSchema ? "json_schema" : "json_object");
        if (shape.Schema == SchemaMode.JsonSchema)
        {
            json.WriteStartObject("json_schema");
            ToolFields.WriteSchema(json, output, shape);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
