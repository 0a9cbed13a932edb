using System.Buffers;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.HostedTools;
using Cadre.Server.Runs;
using Cadre.Wire.Assistants;

namespace Cadre.Server.Assistants;

/// <summary>Runs as this dialect shows them. Pure.</summary>
internal static class RunRendering
{
    public const string Queued = "queued";
    public const string InProgress = "in_progress";
    public const string RequiresAction = "requires_action";
    public const string Cancelling = "cancelling";

    /// <summary>How long after its creation a run may still wait for tool outputs.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <param name="metadata">What a later request has set; null: what the run was created with.</param>
    /// <param name="shownAs">The status to show in place of the present one.</param>
    public static RunObject Render(RunTimeline timeline, IReadOnlyDictionary<string, string>? metadata, string? shownAs = null)
    {
        var definition = timeline.Definition;
        var settings = RunSettings.Of(definition) ?? OfOthers(definition);
        var status = shownAs ?? StatusOf(timeline);
        var created = timeline.CreatedAt.ToUnixTimeSeconds();
        var ended = timeline.EndedAt?.ToUnixTimeSeconds();
        return new()
        {
            Id = $"{AssistantIds.Run}{timeline.Run}",
            CreatedAt = created,
            AssistantId = AssistantIds.Assistant + definition.Agent.Name,
            ThreadId = AssistantIds.Thread + definition.Thread,
            Status = status,
            RequiredAction = status == RequiresAction ? ActionOf(timeline) : null,
            LastError = ErrorOf(timeline),
            ExpiresAt = ended is null && timeline.Phase != RunPhase.AwaitingApproval ? (timeline.CreatedAt + Lifetime).ToUnixTimeSeconds() : null,
            StartedAt = status == Queued && timeline.Turns.Count == 0 ? null : created,
            CancelledAt = status == "cancelled" ? ended : null,
            FailedAt = status == "failed" ? ended : null,
            CompletedAt = status == "completed" ? ended : null,
            IncompleteDetails = status == "incomplete" ? new(timeline.Outcome!.Limit == OutcomeLimit.InputTokens ? "max_prompt_tokens" : "max_completion_tokens") : null,
            Model = settings.Model ?? definition.Agent.Model,
            Instructions = definition.Agent.Instructions,
            Tools = settings.Tools ?? JsonValues.EmptyArray,
            Metadata = metadata ?? settings.Metadata ?? JsonValues.NoMetadata,
            Usage = ended is null ? null : UsageOf(timeline.State.Spent.Tokens),
            Temperature = definition.Agent.Temperature ?? 1,
            TopP = definition.Agent.TopP ?? 1,
            MaxPromptTokens = settings.MaxPromptTokens,
            MaxCompletionTokens = settings.MaxCompletionTokens,
            TruncationStrategy = settings.TruncationStrategy ?? JsonValues.TruncateAuto,
            ToolChoice = settings.ToolChoice ?? JsonValues.Auto,
            ParallelToolCalls = definition.Agent.ParallelToolCalls,
            ResponseFormat = settings.ResponseFormat ?? JsonValues.Auto,
            ReasoningEffort = definition.Agent.ReasoningEffort,
        };
    }

    public static string StatusOf(RunTimeline timeline) => timeline.Phase switch
    {
        RunPhase.AwaitingCaller => RequiresAction,
        RunPhase.Cancelling => Cancelling,
        RunPhase.Ended => timeline.Outcome switch
        {
            { Status: RunStatus.Completed } => "completed",
            { Status: RunStatus.Cancelled } => "cancelled",
            { Status: RunStatus.Expired } => "expired",
            { Status: RunStatus.Incomplete, Limit: OutcomeLimit.InputTokens or OutcomeLimit.OutputTokens } => "incomplete",

            // The dialect has no word for other limits; a failure says which it was.
            _ => "failed",
        },
        _ => InProgress,
    };

    /// <summary>Of a run that has failed; null for any other.</summary>
    public static RunError? ErrorOf(RunTimeline timeline) => timeline.Outcome is { } outcome && StatusOf(timeline) == "failed"
        ? new(outcome.Failure?.Kind switch
        {
            ModelFailureKind.RateLimited or ModelFailureKind.QuotaExceeded => "rate_limit_exceeded",
            ModelFailureKind.Refused or ModelFailureKind.ContextTooLong or ModelFailureKind.ContentFiltered => "invalid_prompt",
            _ => "server_error",
        }, outcome.Reason ?? "The run failed.")
        : null;

    public static TokenUsage UsageOf(Usage usage) => new(usage.Input, usage.Output, usage.Total, new(usage.CachedInput));

    private static RequiredAction ActionOf(RunTimeline timeline)
    {
        var calls = new List<RequiredCall>();
        foreach (var call in timeline.State.Calls)
        {
            if (call.Phase == CallPhase.AtClient) calls.Add(new(call.Request.CallId, new(call.Request.Tool, call.Request.Arguments)));
        }

        return new(new(calls));
    }

    private static RunSettings OfOthers(RunDefinition definition) => new()
    {
        Tools = ToolsOf(definition),
        MaxPromptTokens = definition.Budget.InputTokens,
        MaxCompletionTokens = definition.Budget.OutputTokens,
    };

    /// <summary>The tools of a run that another face started.</summary>
    private static JsonElement ToolsOf(RunDefinition definition)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var function in definition.Functions ?? [])
            {
                json.WriteStartObject();
                json.WriteString("type", HostedToolSettings.Function);
                json.WriteStartObject("function");
                json.WriteString("name", function.Name);
                json.WriteString("description", function.Description);
                json.WritePropertyName("parameters");
                function.Parameters.WriteTo(json);
                json.WriteBoolean("strict", function.Strict);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            if (definition.Metadata.TryGetValue(HostedToolSettings.Tools, out var hosted))
            {
                foreach (var tool in JsonValues.Parse(hosted).EnumerateArray()) tool.WriteTo(json);
            }

            json.WriteEndArray();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
