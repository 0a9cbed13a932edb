using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cadre.Server.Http;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Agents;

/// <summary>What the operations of this face share.</summary>
internal static class AgentCall
{
    private const string BetaHeader = "OpenAI-Beta";

    /// <summary>Wraps a handler: OpenAI's beta header may be absent, but not there twice.</summary>
    public static RequestDelegate Beta(RequestDelegate handler) => http =>
        http.Request.Headers[BetaHeader].Count <= 1
            ? handler(http)
            : throw ApiException.BadRequest($"The header '{BetaHeader}' must be sent once.", BetaHeader, "invalid_beta");

    public static string Route(HttpContext http, string name) => http.Request.RouteValues[name] as string ?? "";

    public static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();

    public static long? Seconds(DateTimeOffset? time) => time?.ToUnixTimeSeconds();

    public static JsonElement Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    public static JsonElement Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToElement(value, type);

    public static AgentsPage<T> Page<T>(IReadOnlyList<T> items, bool hasMore, Func<T, string> id) =>
        new(items, items.Count == 0 ? null : id(items[0]), items.Count == 0 ? null : id(items[^1]), hasMore);

    /// <summary>The query of a listing of documents. Its cursors are ids with this prefix.</summary>
    /// <param name="cursor">Takes the id out of a cursor; null when it cannot be one.</param>
    public static DocumentQuery Documents(string kind, ListQuery list, Func<string, string?> cursor, string? parent = null) => new(kind)
    {
        Parent = parent,
        Limit = list.Limit,
        Descending = list.Descending,
        After = Cursor("after", list.After, cursor),
        Before = Cursor("before", list.Before, cursor),
    };

    public static string? Cursor(string parameter, string? value, Func<string, string?> cursor) =>
        value is null ? null : cursor(value) ?? throw BadCursor(parameter, value);

    public static ApiException BadCursor(string parameter, string value) => ApiException.BadRequest($"Invalid '{parameter}': '{value}' names nothing in this list.", parameter, "invalid_value");
}
