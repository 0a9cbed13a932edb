using System.Buffers;
using System.Text.Json;

namespace Cadre.Server.Assistants;

/// <summary>The files and vector stores that tools may use: an assistant's and a thread's together.</summary>
internal static class ToolResources
{
    private static readonly (string Tool, string List)[] Lists = [("code_interpreter", "file_ids"), ("file_search", "vector_store_ids")];

    /// <summary>Everything that one of them names, each once; null when none names anything.</summary>
    public static JsonElement? Union(params ReadOnlySpan<JsonElement?> resources)
    {
        var named = new List<string>[Lists.Length];
        var any = false;
        foreach (var resource in resources)
        {
            for (var i = 0; i < Lists.Length; i++)
            {
                foreach (var id in Of(resource, Lists[i].Tool, Lists[i].List))
                {
                    any = true;
                    var ids = named[i] ??= [];
                    if (!ids.Contains(id)) ids.Add(id);
                }
            }
        }

        return any ? Write(named) : null;
    }

    private static IEnumerable<string> Of(JsonElement? resources, string tool, string list)
    {
        if (resources is not { ValueKind: JsonValueKind.Object } all
            || !all.TryGetProperty(tool, out var of) || of.ValueKind != JsonValueKind.Object
            || !of.TryGetProperty(list, out var ids) || ids.ValueKind != JsonValueKind.Array) yield break;
        foreach (var id in ids.EnumerateArray())
        {
            if (id.ValueKind == JsonValueKind.String) yield return id.GetString()!;
        }
    }

    private static JsonElement Write(List<string>[] named)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            for (var i = 0; i < Lists.Length; i++)
            {
                if (named[i] is not { } ids) continue;
                json.WriteStartObject(Lists[i].Tool);
                json.WriteStartArray(Lists[i].List);
                foreach (var id in ids) json.WriteStringValue(id);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
