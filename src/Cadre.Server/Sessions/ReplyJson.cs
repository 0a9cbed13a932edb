using System.Text.Json;
using Cadre.Engine.Tools;

namespace Cadre.Server.Sessions;

/// <summary>Sessions and replies as this face and the platform's tools show them. Names are a promise.</summary>
internal static class ReplyJson
{
    /// <summary>The members of a session, inside an object that was begun.</summary>
    public static void WriteMembers(Utf8JsonWriter json, AgentSession session)
    {
        json.WriteString("session_id", session.Id);
        json.WriteString("agent_id", session.AgentId);
        json.WriteString("user_id", session.UserId);
        json.WriteString("thread_id", session.ThreadId);
        json.WriteString("created_at", session.CreatedAt);
        json.WriteStartObject("metadata");
        foreach (var (key, value) in session.Metadata) json.WriteString(key, value);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, SessionReply reply)
    {
        json.WriteStartObject();
        json.WriteString("session_id", reply.SessionId);
        json.WriteString("thread_id", reply.ThreadId);
        json.WriteString("run_id", reply.RunId);
        WriteOutcome(json, reply);
        json.WriteEndObject();
    }

    /// <summary>The members of a reply beside its ids, inside an object that was begun.</summary>
    public static void WriteOutcome(Utf8JsonWriter json, SessionReply reply)
    {
        json.WriteString("status", Word(reply.Status));
        json.WriteString("response", reply.Response);
        json.WriteStartArray("tool_calls");
        foreach (var call in reply.ToolCalls) WriteCall(json, call);
        json.WriteEndArray();
        if (!reply.RequiredActions.IsEmpty)
        {
            json.WriteStartArray("required_actions");
            foreach (var call in reply.RequiredActions) WriteAction(json, call);
            json.WriteEndArray();
        }

        if (!reply.Approvals.IsEmpty)
        {
            json.WriteStartArray("approvals");
            foreach (var approval in reply.Approvals) Write(json, approval);
            json.WriteEndArray();
        }

        if (reply.Reason is not null) json.WriteString("reason", reply.Reason);
        if (reply.Limit is { } limit) json.WriteString("limit", JsonNamingPolicy.SnakeCaseLower.ConvertName(limit.ToString()));
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", reply.Usage.Input);
        json.WriteNumber("output_tokens", reply.Usage.Output);
        json.WriteNumber("total_tokens", reply.Usage.Total);
        json.WriteNumber("cost_usd", reply.Cost);
        json.WriteEndObject();
    }

    public static string Word(ReplyStatus status) => status switch
    {
        ReplyStatus.Completed => "completed",
        ReplyStatus.Failed => "failed",
        ReplyStatus.Cancelled => "cancelled",
        ReplyStatus.Expired => "expired",
        ReplyStatus.Incomplete => "incomplete",
        ReplyStatus.RequiresAction => "requires_action",
        ReplyStatus.RequiresApproval => "requires_approval",
        _ => "in_progress",
    };

    public static void Write(Utf8JsonWriter json, PendingApproval approval)
    {
        json.WriteStartObject();
        json.WriteString("call_id", approval.CallId);
        json.WriteString("hash", approval.Hash);
        WriteInput(json, approval.Tool, approval.Input);
        json.WriteString("rule", approval.Rule);
        json.WriteString("because", approval.Because);
        json.WriteEndObject();
    }

    public static void WriteCall(Utf8JsonWriter json, SessionCall call)
    {
        json.WriteStartObject();
        json.WriteString("call_id", call.CallId);
        WriteInput(json, call.Tool, call.Input);
        json.WriteString("status", call.Status switch
        {
            null => "in_progress",
            ToolStatus.Succeeded => "succeeded",
            ToolStatus.Denied => "denied",
            ToolStatus.InDoubt => "in_doubt",
            ToolStatus.Cancelled => "cancelled",
            _ => "failed",
        });
        if (call.Result is { } result)
        {
            json.WritePropertyName("result");
            result.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteAction(Utf8JsonWriter json, SessionCall call)
    {
        json.WriteStartObject();
        json.WriteString("call_id", call.CallId);
        WriteInput(json, call.Tool, call.Input);
        json.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter json, string tool, JsonElement input)
    {
        json.WriteString("tool_name", tool);
        json.WritePropertyName("input");
        input.WriteTo(json);
    }
}
