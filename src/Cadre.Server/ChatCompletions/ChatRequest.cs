using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Definitions;
using Cadre.Server.HostedTools;
using Cadre.Server.Http;

namespace Cadre.Server.ChatCompletions;

/// <summary>A request of Chat Completions over an agent, as a run.</summary>
internal sealed record ChatRequest(RunDefinition Definition, ImmutableArray<Message> Messages)
{
    public const string Face = "chat";

    /// <summary>Characters of a name that a request may have for its answer's schema.</summary>
    private const int SchemaNameLength = 64;

    private static readonly JsonElement AnyObject = JsonDocument.Parse("""{"type":"object"}""").RootElement;

    /// <summary>Members that go to the endpoint as they are.</summary>
    private static readonly string[] Passed = ["user", "safety_identifier", "service_tier"];

    public bool Streams { get; private init; }
    public bool StreamsUsage { get; private init; }
    public bool Stores { get; private init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; private init; }

    /// <summary>The text is one JSON value: only a finished answer is worth showing.</summary>
    public bool IsStructured => Definition.Output is not null;

    public static ChatRequest Read(Fields body, AgentDefinition agent, Owner owner)
    {
        RefuseUnsupported(body);
        var messages = ChatMessages.Read(body);
        var asked = RequestedTools.Read(body.Objects("tools", RequestedTools.MaxTools));
        var own = RequestedTools.Read(Elements(agent.Tools));
        var spec = new AgentSpec(agent.Id, agent.Model, agent.Instructions ?? "", [.. asked.Names.Union(own.Names)])
        {
            MaxOutputTokens = (int?)(body.Integer("max_completion_tokens", 1, int.MaxValue) ?? body.Integer("max_tokens", 1, int.MaxValue)),
            Temperature = body.Number("temperature", 0, 2) ?? agent.Temperature,
            TopP = body.Number("top_p", 0, 1) ?? agent.TopP,
            ReasoningEffort = body.Text("reasoning_effort") ?? agent.ReasoningEffort,
            ToolChoice = Choice(body),
            ParallelToolCalls = body.Flag("parallel_tool_calls") ?? true,
            Extra = Extra(body),
        };
        var metadata = ImmutableDictionary<string, string>.Empty;
        if (Hosted(asked.Hosted, own.Hosted) is { } hosted) metadata = metadata.Add(HostedToolSettings.Tools, hosted);
        if (agent.ToolResources is { } resources) metadata = metadata.Add(HostedToolSettings.Resources, resources.GetRawText());
        var definition = new RunDefinition(spec, owner)
        {
            Approvals = ApprovalMode.Never,
            OnOutage = OutagePolicy.Fail,
            Output = Output(body.Object("response_format")) ?? (agent.ResponseFormat is { ValueKind: JsonValueKind.Object } format ? Output(new Fields(format, "response_format")) : null),
            Functions = [.. asked.Functions.UnionBy(own.Functions, function => function.Name)],
            Face = Face,
            Metadata = metadata,
        };
        return new(definition, messages)
        {
            Streams = body.Flag("stream") ?? false,
            StreamsUsage = body.Object("stream_options")?.Flag("include_usage") ?? false,
            Stores = body.Flag("store") ?? false,
            Metadata = body.Metadata(),
        };
    }

    private static void RefuseUnsupported(Fields body)
    {
        if (body.Integer("n", 1, 128) is > 1) throw Unsupported("n", "more than one choice");
        if (body.Flag("logprobs") is true) throw Unsupported("logprobs", "log probabilities");
        if (body.Texts("modalities")?.Any(modality => modality != "text") is true) throw Unsupported("modalities", "a modality other than text");
        foreach (var name in (ReadOnlySpan<string>)["functions", "function_call", "stop", "web_search_options"])
        {
            if (body.Any(name) is not null) throw Unsupported(name, $"'{name}'");
        }
    }

    private static ApiException Unsupported(string parameter, string what) =>
        ApiException.BadRequest($"Unsupported parameter: an agent does not give {what} ('{parameter}').", parameter, "unsupported_parameter");

    private static ToolChoice? Choice(Fields body)
    {
        if (body.Any("tool_choice") is not { } choice) return null;
        if (choice.ValueKind == JsonValueKind.String)
        {
            return body.Word("tool_choice", "none", "auto", "required") switch
            {
                "none" => new(ToolChoiceMode.None),
                "required" => new(ToolChoiceMode.Required),
                _ => new(ToolChoiceMode.Auto),
            };
        }

        var named = body.Object("tool_choice")!.Value;
        return named.RequiredText("type") == "function"
            ? new(ToolChoiceMode.Named, (named.Object("function") ?? throw ApiException.Missing(named.At("function"))).RequiredText("name"))
            : throw ApiException.WrongValue(named.At("type"), named.RequiredText("type"), "function");
    }

    private static OutputSchema? Output(Fields? format)
    {
        if (format is not { } given) return null;
        _ = given.RequiredText("type");
        if (given.Word("type", "text", "json_object", "json_schema") is not ("json_object" or "json_schema")) return null;
        if (given.Text("type") == "json_object") return new("json_object", AnyObject, Strict: false);
        var schema = given.Object("json_schema") ?? throw ApiException.Missing(given.At("json_schema"));
        return new(schema.RequiredText("name", SchemaNameLength, 1), schema.Object("schema")?.Raw ?? AnyObject, schema.Flag("strict") ?? false);
    }

    private static JsonElement? Extra(Fields body)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var name in Passed)
            {
                if (body.Text(name) is { } text) json.WriteString(name, text);
            }

            json.WriteEndObject();
        }

        return buffer.Length > 2 ? JsonElement.Parse(buffer.ToArray()) : null;
    }

    private static IReadOnlyList<Fields>? Elements(JsonElement? tools) =>
        tools is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray().Select((tool, index) => new Fields(tool, $"tools[{index}]"))] : null;

    /// <summary>Two JSON arrays as one.</summary>
    private static string? Hosted(string? asked, string? own) => asked is null || own is null ? asked ?? own : $"{asked[..^1]},{own[1..]}";
}
