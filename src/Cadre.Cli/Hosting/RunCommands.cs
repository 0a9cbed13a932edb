using System.Buffers;
using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Storage.Jsonl;

namespace Cadre.Cli.Hosting;

/// <summary>What one cadre process asks of the one that holds the state directory: the inbox's messages and their form.</summary>
internal static class RunCommands
{
    public const string CancelKind = "run.cancel";
    public const string DecideKind = "run.decide";
    public const string ReloadKind = "policies.reload";

    public static void SendCancel(Inbox inbox, RunId run, string author, string reason, TimeProvider time) => Send(inbox, CancelKind, time, json =>
    {
        json.WriteString("run", run.ToString());
        json.WriteString("author", author);
        json.WriteString("reason", reason);
    });

    public static void SendDecision(Inbox inbox, RunId run, string callId, string hash, Decision decision, TimeProvider time) => Send(inbox, DecideKind, time, json =>
    {
        json.WriteString("run", run.ToString());
        json.WriteString("call", callId);
        json.WriteString("hash", hash);
        json.WriteBoolean("approved", decision.Approved);
        json.WriteString("author", decision.Author);
        if (decision.Comment is { } comment) json.WriteString("comment", comment);
    });

    public static void SendReload(Inbox inbox, string author, TimeProvider time) => Send(inbox, ReloadKind, time, json => json.WriteString("author", author));

    private static void Send(Inbox inbox, string kind, TimeProvider time, Action<Utf8JsonWriter> members)
    {
        var payload = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        inbox.Send(kind, payload.WrittenSpan, time);
    }
}
