using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Http;

/// <summary>Writes answers.</summary>
public static class Respond
{
    public const string Json = "application/json";

    /// <summary>Text leaves as it is, not as escapes: every answer is UTF-8, says that it is JSON, and may not be sniffed.</summary>
    internal static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static async Task JsonAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = Json;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, Plain);
        JsonSerializer.Serialize(json, value, type);
    }

    /// <param name="utf8">A whole JSON value.</param>
    public static async Task BytesAsync(HttpContext http, ReadOnlyMemory<byte> utf8, string contentType = Json, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = utf8.Length;
        await http.Response.BodyWriter.WriteAsync(utf8, http.RequestAborted);
    }

    /// <summary>One JSON value, written by hand.</summary>
    public static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = Json;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, Plain);
        write(json);
    }

    /// <summary>A page of Cadre's own API: <c>{"data": […], "has_more": …}</c>.</summary>
    public static Task ListAsync<T>(HttpContext http, IEnumerable<T> items, bool hasMore, Action<Utf8JsonWriter, T> write) => WriteAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("data");
        foreach (var item in items) write(json, item);
        json.WriteEndArray();
        json.WriteBoolean("has_more", hasMore);
        json.WriteEndObject();
    });

    /// <summary>Asks pollers of OpenAI's SDKs to come back after this time.</summary>
    public static void PollAfter(HttpContext http, TimeSpan delay) =>
        http.Response.Headers["openai-poll-after-ms"] = ((long)delay.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
