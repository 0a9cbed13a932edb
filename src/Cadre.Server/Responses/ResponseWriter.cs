using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Responses.Items;
using Cadre.Server.Runs;

namespace Cadre.Server.Responses;

/// <summary>Writes the response object: a rendering of a run, and what the request said.</summary>
internal static class ResponseWriter
{
    public const string Queued = "queued";

    public static string StatusOf(RunOutcome? outcome) => outcome?.Status switch
    {
        null => ItemWriter.InProgress,
        RunStatus.Completed => ItemWriter.Completed,
        RunStatus.Failed => "failed",
        RunStatus.Cancelled => "cancelled",
        _ => ItemWriter.IncompleteStatus,
    };

    public static void Write(Utf8JsonWriter json, StoredResponse response, RunTimeline timeline, string? status = null)
    {
        var outcome = timeline.Outcome;
        status ??= StatusOf(outcome);
        json.WriteStartObject();
        json.WriteString("id"u8, response.Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, timeline.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("status"u8, status);
        if (outcome?.Status == RunStatus.Completed) json.WriteNumber("completed_at"u8, timeline.EndedAt!.Value.ToUnixTimeSeconds());
        else json.WriteNull("completed_at"u8);
        WriteError(json, outcome);
        WriteIncomplete(json, outcome);
        json.WriteStartArray("output"u8);
        foreach (var item in ResponseOutput.Of(timeline, response.Include)) ItemWriter.Write(json, item);
        json.WriteEndArray();
        foreach (var member in response.Echo.EnumerateObject()) member.WriteTo(json);
        if (outcome is not null)
        {
            json.WritePropertyName("usage"u8);
            WriteUsage(json, timeline.State.Spent.Tokens);
        }

        json.WriteEndObject();
    }

    public static void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, usage.Input);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedInput);
        json.WriteNumber("cache_write_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.Output);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.Total);
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, RunOutcome? outcome)
    {
        if (outcome is not { Status: RunStatus.Failed })
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, outcome.Failure?.Kind switch
        {
            ModelFailureKind.RateLimited or ModelFailureKind.QuotaExceeded => "rate_limit_exceeded",
            ModelFailureKind.Refused or ModelFailureKind.ContextTooLong or ModelFailureKind.ContentFiltered => "invalid_prompt",
            _ => "server_error",
        });
        json.WriteString("message"u8, outcome.Reason ?? "The response failed.");
        json.WriteEndObject();
    }

    private static void WriteIncomplete(Utf8JsonWriter json, RunOutcome? outcome)
    {
        if (outcome is not { Status: RunStatus.Incomplete or RunStatus.Expired })
        {
            json.WriteNull("incomplete_details"u8);
            return;
        }

        json.WriteStartObject("incomplete_details"u8);
        json.WriteString("reason"u8, outcome.Limit == OutcomeLimit.ContentFilter ? "content_filter" : "max_output_tokens");
        json.WriteEndObject();
    }
}
