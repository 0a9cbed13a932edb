using System.Buffers;
using System.Text.Json;
using Cadre.Server.Http;

namespace Cadre.Server.Files;

/// <summary>OpenAI's <c>expires_after</c> of files: seconds after their creation.</summary>
internal static class FileExpiry
{
    private const string Name = "expires_after";
    private const long MinSeconds = 3_600;
    private const long MaxSeconds = 2_592_000;

    public static TimeSpan? Read(Fields body)
    {
        if (body.Object(Name) is not { } expiry) return null;
        if (expiry.Word("anchor", "created_at") is null) throw ApiException.Missing(expiry.At("anchor"));
        return TimeSpan.FromSeconds(expiry.Integer("seconds", MinSeconds, MaxSeconds) ?? throw ApiException.Missing(expiry.At("seconds")));
    }

    /// <param name="form">Its fields are <c>expires_after[anchor]</c> and <c>expires_after[seconds]</c>, or one that holds the JSON object.</param>
    public static TimeSpan? Read(IReadOnlyDictionary<string, string> form)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        if (form.TryGetValue(Name, out var whole))
        {
            writer.WritePropertyName(Name);
            writer.WriteRawValue(RequestBody.Parse(System.Text.Encoding.UTF8.GetBytes(whole)).Raw.GetRawText());
        }
        else if (form.Keys.Any(key => key.StartsWith($"{Name}[", StringComparison.Ordinal)))
        {
            writer.WriteStartObject(Name);
            if (form.TryGetValue($"{Name}[anchor]", out var anchor)) writer.WriteString("anchor", anchor);
            if (form.TryGetValue($"{Name}[seconds]", out var seconds))
            {
                if (long.TryParse(seconds, out var number)) writer.WriteNumber("seconds", number);
                else writer.WriteString("seconds", seconds);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();
        return Read(RequestBody.Parse(json.WrittenMemory));
    }
}
