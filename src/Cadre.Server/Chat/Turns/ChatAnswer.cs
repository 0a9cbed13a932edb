using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Server.Runs;

namespace Cadre.Server.Chat.Turns;

/// <summary>Writes what a message came to: <c>{"conversation_id", "agent_response", "tool_calls", …}</c>, the same in an answer and at the end of a stream.</summary>
internal static class ChatAnswer
{
    public static void Write(Utf8JsonWriter json, Turn turn, RunTimeline run, string requestId)
    {
        json.WriteStartObject();
        WriteMembers(json, turn, run, requestId);
        json.WriteString("status", ChatReply.Status(run));
        if (ChatNotice.Of(run) is { } notice) json.WriteString("notice", notice);
        if (run.Phase == RunPhase.AwaitingApproval) WriteApprovals(json, run);
        json.WriteEndObject();
    }

    /// <summary>What is there whatever became of the run.</summary>
    public static void WriteMembers(Utf8JsonWriter json, Turn turn, RunTimeline run, string requestId)
    {
        json.WriteString("conversation_id", ChatIds.OfConversation(turn.Thread));
        json.WriteString("agent_response", ChatReply.Text(run));
        json.WriteStartArray("tool_calls");
        foreach (var call in ChatReply.Calls(run)) call.Write(json);
        json.WriteEndArray();
        json.WriteString("message_id", ChatIds.OfReply(turn.Run));
        json.WriteString("run_id", ChatIds.OfRun(turn.Run));
        json.WritePropertyName("usage");
        WriteUsage(json, run);
        json.WriteString("request_id", requestId);
    }

    public static void WriteApprovals(Utf8JsonWriter json, RunTimeline run)
    {
        json.WriteStartArray("approvals");
        foreach (var call in ChatReply.Approvals(run)) WriteApproval(json, call);
        json.WriteEndArray();
    }

    /// <summary>What is asked. Whoever answers gives the hash back, and so answers what was shown.</summary>
    public static void WriteApproval(Utf8JsonWriter json, CallState call)
    {
        json.WriteStartObject();
        json.WriteString("call_id", call.Request.CallId);
        json.WriteString("tool_name", call.Request.Tool);
        json.WritePropertyName("input");
        ChatCall.WriteInput(json, call.Request.Arguments);
        json.WriteString("hash", call.Asked!.Hash);
        json.WriteString("reason", call.Asked.Reason switch
        {
            ApprovalReason.Policy => "policy",
            ApprovalReason.InDoubt => "in_doubt",
            _ => "repeat_of_doubt",
        });
        json.WriteString("because", call.Asked.Because);
        json.WriteString("asked_at", call.Asked.At);
        json.WriteEndObject();
    }

    public static void WriteUsage(Utf8JsonWriter json, RunTimeline run)
    {
        var spent = run.State.Spent;
        json.WriteStartObject();
        json.WriteNumber("input_tokens", spent.Tokens.Input);
        json.WriteNumber("cached_input_tokens", spent.Tokens.CachedInput);
        json.WriteNumber("output_tokens", spent.Tokens.Output);
        json.WriteNumber("total_tokens", spent.Tokens.Total);
        if (spent.UnpricedTurns == 0) json.WriteNumber("cost", spent.Money);
        else json.WriteNull("cost");
        json.WriteNumber("model_calls", spent.Turns);
        json.WriteNumber("tool_calls", spent.Calls);
        json.WriteEndObject();
    }
}
