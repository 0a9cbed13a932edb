using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Server.Definitions;
using Cadre.Server.Http;
using Cadre.Server.Responses.Items;

namespace Cadre.Server.Responses;

/// <summary>What a request for a response asks for, checked; its input apart.</summary>
internal sealed record ResponseRequest(Fields Body, string Model)
{
    public static readonly string[] ServiceTiers = ["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"];

    private const int MinOutputTokens = 16;
    private const int MaxLogprobs = 20;
    private const int UserLength = 512;
    private const int SafetyIdentifierLength = 64;

    public AgentDefinition? Agent { get; init; }
    public string? Instructions { get; init; }
    public RequestedTools Tools { get; init; } = RequestedTools.None;
    public JsonElement? ToolList { get; init; }
    public ToolChoice? ToolChoice { get; init; }
    public bool ParallelToolCalls { get; init; } = true;
    public OutputSchema? Output { get; init; }
    public long? MaxOutputTokens { get; init; }
    public int? MaxToolCalls { get; init; }
    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public string? ReasoningEffort { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
    public bool Store { get; init; } = true;
    public bool Background { get; init; }
    public bool Stream { get; init; }

    /// <summary>As the caller wrote it.</summary>
    public string? PreviousId { get; init; }

    /// <inheritdoc cref="PreviousId"/>
    public string? ConversationId { get; init; }

    public Include Include { get; init; }

    /// <param name="model">The endpoint's name of the model, or the agent's.</param>
    public static ResponseRequest Read(Fields body, string model, AgentDefinition? agent)
    {
        var toolList = body.Any("tools") ?? agent?.Tools;
        var tools = RequestedTools.Read(body.Objects("tools", RequestedTools.MaxTools) ?? AgentTools(agent));
        var request = new ResponseRequest(body, model)
        {
            Agent = agent,
            Instructions = body.Text("instructions", InputItems.MaxTextLength) ?? agent?.Instructions,
            Tools = tools,
            ToolList = toolList,
            ToolChoice = ToolChoices.Read(body, tools),
            ParallelToolCalls = body.Flag("parallel_tool_calls") ?? true,
            Output = TextFormats.Read(body.Object("text")),
            MaxOutputTokens = body.Integer("max_output_tokens", MinOutputTokens, int.MaxValue),
            MaxToolCalls = (int?)body.Integer("max_tool_calls", 1, int.MaxValue),
            Temperature = body.Number("temperature", 0, 2) ?? agent?.Temperature,
            TopP = body.Number("top_p", 0, 1) ?? agent?.TopP,
            ReasoningEffort = body.Object("reasoning")?.Text("effort") ?? agent?.ReasoningEffort,
            Metadata = body.Metadata(),
            Store = body.Flag("store") ?? true,
            Background = body.Flag("background") ?? false,
            Stream = body.Flag("stream") ?? false,
            PreviousId = body.Text("previous_response_id"),
            ConversationId = ConversationOf(body),
            Include = IncludeOf(body),
        };
        request.Check();
        return request;
    }

    private static IReadOnlyList<Fields>? AgentTools(AgentDefinition? agent) =>
        agent?.Tools is { ValueKind: JsonValueKind.Array } tools ? [.. tools.EnumerateArray().Select((tool, index) => new Fields(tool, $"tools[{index}]"))] : null;

    /// <summary>What a body goes on from.</summary>
    public static Continued ContinuedOf(Fields body) => new(body.Text("previous_response_id"), ConversationOf(body));

    private static string? ConversationOf(Fields body) => body.Any("conversation") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } id => id.GetString(),
        { ValueKind: JsonValueKind.Object } => body.Object("conversation")!.Value.RequiredText("id"),
        { } other => throw ApiException.WrongType("conversation", "a string or an object", Fields.Kind(other)),
    };

    private static Include IncludeOf(Fields body)
    {
        var include = Include.None;
        foreach (var word in body.Texts("include") ?? []) include |= IncludeOf(word);
        return include;
    }

    /// <summary>What this server has nothing of is accepted and adds nothing.</summary>
    public static Include IncludeOf(string? word) => word switch
    {
        "file_search_call.results" => Include.SearchResults,
        "code_interpreter_call.outputs" => Include.InterpreterOutputs,
        "reasoning.encrypted_content" => Include.EncryptedReasoning,
        _ => Include.None,
    };

    private void Check()
    {
        if (PreviousId is not null && ConversationId is not null)
        {
            throw ApiException.BadRequest(
                "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you are only providing one of them.", "previous_response_id", "mutually_exclusive_parameters");
        }

        if (Background && !Store) throw ApiException.BadRequest("Background mode requires the response to be stored: 'store' must not be false.", "background", "invalid_value");
        if (!Body.Has("input") && PreviousId is null && ConversationId is null) throw ApiException.Missing("input");
        Body.Integer("top_logprobs", 0, MaxLogprobs);
        Body.Word("truncation", "auto", "disabled");
        Body.Word("service_tier", ServiceTiers);
        Body.Object("prompt");
        Body.Text("user", UserLength);
        Body.Text("safety_identifier", SafetyIdentifierLength);
        Body.Text("prompt_cache_key");
        Body.Object("stream_options")?.Flag("include_obfuscation");
    }
}
