using System.Buffers;
using System.Text.Json;
using Cadre.Storage.Documents;

namespace Cadre.Server.ChatCompletions;

/// <summary>A completion that was asked to be kept: the answer, the messages that it answers, and the caller's metadata.</summary>
/// <param name="Completion">As the endpoint or the agent answered.</param>
/// <param name="Messages">As the caller sent them; an array.</param>
internal sealed record StoredChat(string Document, string Id, JsonElement Completion, JsonElement Messages, IReadOnlyDictionary<string, string> Metadata)
{
    public static StoredChat Read(Document document)
    {
        using var json = JsonDocument.Parse(document.Body);
        var body = json.RootElement;
        var metadata = body.GetProperty("metadata").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!, StringComparer.Ordinal);
        return new(document.Id, document.Key!, body.GetProperty("completion").Clone(), body.GetProperty("messages").Clone(), metadata);
    }

    public ReadOnlyMemory<byte> ToBody()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            if (Completion.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String) json.WriteString("model", model.GetString());
            WriteMetadata(json);
            json.WritePropertyName("completion");
            Completion.WriteTo(json);
            json.WritePropertyName("messages");
            Messages.WriteTo(json);
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <summary>A <c>chat.completion</c> with its present metadata.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var member in Completion.EnumerateObject())
        {
            if (member.Name != "metadata") member.WriteTo(json);
        }

        WriteMetadata(json);
        json.WriteEndObject();
    }

    /// <param name="index">Of the message.</param>
    public void WriteMessage(Utf8JsonWriter json, int index)
    {
        var message = Messages[index];
        json.WriteStartObject();
        json.WriteString("id", MessageId(index));
        var content = message.TryGetProperty("content", out var found) ? found : default;
        if (content.ValueKind == JsonValueKind.String) json.WriteString("content", content.GetString());
        else json.WriteNull("content");
        json.WritePropertyName("content_parts");
        if (content.ValueKind == JsonValueKind.Array) content.WriteTo(json);
        else json.WriteNullValue();
        if (!message.TryGetProperty("refusal", out _)) json.WriteNull("refusal");
        foreach (var member in message.EnumerateObject())
        {
            if (member.Name is not ("id" or "content" or "content_parts")) member.WriteTo(json);
        }

        json.WriteEndObject();
    }

    public string MessageId(int index) => $"{Id}-{index}";

    private void WriteMetadata(Utf8JsonWriter json)
    {
        json.WriteStartObject("metadata");
        foreach (var (key, value) in Metadata) json.WriteString(key, value);
        json.WriteEndObject();
    }
}
