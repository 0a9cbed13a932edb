using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Http;

/// <summary>Writes answers.</summary>
public static class Respond
{
    public const string Json = "application/json";

    public static async Task JsonAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = Json;
        await JsonSerializer.SerializeAsync(http.Response.BodyWriter, value, type, http.RequestAborted);
    }

    /// <param name="utf8">A whole JSON value.</param>
    public static async Task BytesAsync(HttpContext http, ReadOnlyMemory<byte> utf8, string contentType = Json, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = utf8.Length;
        await http.Response.BodyWriter.WriteAsync(utf8, http.RequestAborted);
    }

    /// <summary>Asks pollers of OpenAI's SDKs to come back after this time.</summary>
    public static void PollAfter(HttpContext http, TimeSpan delay) =>
        http.Response.Headers["openai-poll-after-ms"] = ((long)delay.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
