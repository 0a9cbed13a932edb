using System.Text.Json;
using Cadre.Server.HostedTools;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Items;

/// <summary>Writes items of a thread, whoever wrote them, as items of this protocol.</summary>
internal static class ItemWriter
{
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string IncompleteStatus = "incomplete";

    public static void Write(Utf8JsonWriter json, OutputItem output)
    {
        var item = output.Item;
        switch (item.Body)
        {
            case ItemBody.Said said:
                WriteMessage(json, item, said, output.Status);
                break;
            case ItemBody.Called { Kind: HostedToolSettings.Function } call:
                WriteCall(json, item, call, output.Status);
                break;
            case ItemBody.Called call:
                HostedCallWriter.Write(json, output, call);
                break;
            case ItemBody.Returned returned:
                WriteOutput(json, item, returned);
                break;
            case ItemBody.Thought thought:
                ReasoningWriter.Write(json, ItemIds.Of(item), thought.Raw, output.Include);
                break;
            case ItemBody.Foreign foreign:
                WriteForeign(json, item, foreign.Raw);
                break;
        }
    }

    /// <summary>A message that has begun and says nothing yet.</summary>
    public static void WriteEmptyMessage(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject();
        WriteHead(json, id, "message"u8, InProgress);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteHead(Utf8JsonWriter json, string id, ReadOnlySpan<byte> type, string status)
    {
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, type);
        json.WriteString("status"u8, status);
    }

    private static void WriteMessage(Utf8JsonWriter json, ThreadItem item, ItemBody.Said said, string status)
    {
        if (ForeignItem.TypeOf(item) == ForeignItem.Compaction)
        {
            WriteForeign(json, item, ForeignItem.Of(item)!.Value);
            return;
        }

        json.WriteStartObject();
        WriteHead(json, ItemIds.Of(item), "message"u8, status);
        var raw = ForeignItem.Of(item);
        json.WriteString("role"u8, raw is { } known && ForeignItem.Text(known, "role") is { } role ? role : RoleOf(said.Speaker));
        if (raw is { } original && original.TryGetProperty("content"u8, out var content) && content.ValueKind == JsonValueKind.Array)
        {
            json.WritePropertyName("content"u8);
            content.WriteTo(json);
        }
        else
        {
            json.WriteStartArray("content"u8);
            foreach (var part in said.Parts) ContentParts.Write(json, part, said.Speaker);
            foreach (var attachment in said.Attachments) ContentParts.Write(json, new Part.File(attachment.FileId), said.Speaker);
            json.WriteEndArray();
        }

        WriteRest(json, raw, ["id", "type", "status", "role", "content"]);
        json.WriteEndObject();
    }

    private static string RoleOf(Speaker speaker) => speaker switch
    {
        Speaker.User => "user",
        Speaker.Assistant => "assistant",
        _ => "developer",
    };

    private static void WriteCall(Utf8JsonWriter json, ThreadItem item, ItemBody.Called call, string status)
    {
        json.WriteStartObject();
        WriteHead(json, ItemIds.Of(item), "function_call"u8, status);
        json.WriteString("call_id"u8, call.CallId);
        json.WriteString("name"u8, call.Tool);
        json.WriteString("arguments"u8, call.Arguments);
        WriteRest(json, ForeignItem.Of(item), ["id", "type", "status", "call_id", "name", "arguments"]);
        json.WriteEndObject();
    }

    private static void WriteOutput(Utf8JsonWriter json, ThreadItem item, ItemBody.Returned returned)
    {
        json.WriteStartObject();
        WriteHead(json, ItemIds.Of(item), "function_call_output"u8, Completed);
        json.WriteString("call_id"u8, returned.CallId);
        var raw = ForeignItem.Of(item);
        if (raw is null) json.WriteString("output"u8, returned.Output);
        WriteRest(json, raw, ["id", "type", "status", "call_id"]);
        json.WriteEndObject();
    }

    private static void WriteForeign(Utf8JsonWriter json, ThreadItem item, JsonElement raw)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, ItemIds.Of(item));
        WriteRest(json, raw, ["id"]);
        json.WriteEndObject();
    }

    /// <summary>Members of the item as it came that have not been written.</summary>
    private static void WriteRest(Utf8JsonWriter json, JsonElement? raw, ReadOnlySpan<string> written)
    {
        if (raw is not { ValueKind: JsonValueKind.Object } members) return;
        foreach (var member in members.EnumerateObject())
        {
            if (!written.Contains(member.Name)) member.WriteTo(json);
        }
    }
}
