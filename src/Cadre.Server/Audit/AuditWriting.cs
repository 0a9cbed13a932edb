using System.Buffers;
using System.Text.Json;
using Cadre.Engine.Ports;

namespace Cadre.Server.Audit;

/// <summary>Entries and findings, as the API shows them.</summary>
internal static class AuditWriting
{
    public const string LinesType = "application/x-ndjson";

    public static void Write(Utf8JsonWriter json, AuditItem item)
    {
        var entry = item.Entry;
        json.WriteStartObject();
        json.WriteNumber("entry", item.Number);
        json.WriteString("at", entry.At);
        json.WriteString("kind", entry.Kind);
        json.WriteString("actor", entry.Actor);
        if (entry.Run is { } run) json.WriteString("run", run.ToString());
        if (entry.CallId is { } call) json.WriteString("call_id", call);
        json.WriteStartObject("details");
        foreach (var (name, value) in entry.Details) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AuditFindings found)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", found.Findings.Count == 0);
        json.WriteNumber("entries", found.Entries);
        Write(json, "from", found.From);
        Write(json, "to", found.To);
        json.WriteStartArray("findings");
        foreach (var finding in found.Findings)
        {
            json.WriteStartObject();
            json.WriteString("kind", finding.Kind);
            json.WriteString("message", finding.Message);
            if (finding.File is { } file) json.WriteString("file", file);
            if (finding.Line is { } line) json.WriteNumber("line", line);
            if (finding.Entry is { } entry) json.WriteNumber("entry", entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void EndLine(IBufferWriter<byte> output) => output.Write("\n"u8);

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at) json.WriteString(name, at);
        else json.WriteNull(name);
    }
}
