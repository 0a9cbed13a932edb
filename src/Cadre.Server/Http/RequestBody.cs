using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cadre.Server.Http;

/// <summary>Reads a JSON body: bounded, strict UTF-8, at most 64 levels deep, no member twice.</summary>
public static class RequestBody
{
    public const int MaxBytes = 16 << 20;
    public const int MaxDepth = 64;

    private const int EscapeLength = 6;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The body's object. An empty body is an empty object: many operations need none.</summary>
    public static async ValueTask<Fields> ReadAsync(HttpContext http, int maxBytes = MaxBytes)
    {
        var bytes = await ReadBytesAsync(http, maxBytes);
        return Parse(bytes);
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static Fields Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.IsEmpty) return new(JsonDocument.Parse("{}").RootElement);
        if (!Utf8.IsValid(bytes.Span)) throw Unparsable("it is not valid UTF-8");
        try
        {
            if (HasHalfCharacter(bytes.Span)) throw Unparsable("a string holds one half of a surrogate pair");
            using var document = JsonDocument.Parse(bytes, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Fields(document.RootElement.Clone())
                : throw ApiException.BadRequest($"Invalid type for the request body: expected an object, but got {Fields.Kind(document.RootElement)} instead.", null, "invalid_type");
        }
        catch (JsonException fault)
        {
            throw Unparsable($"line {(fault.LineNumber ?? 0) + 1}, byte {(fault.BytePositionInLine ?? 0) + 1}: it is no JSON, is deeper than {MaxDepth} levels, or has a member twice");
        }
    }

    public static async ValueTask<ReadOnlyMemory<byte>> ReadBytesAsync(HttpContext http, int maxBytes)
    {
        var request = http.Request;
        if (request.ContentLength > maxBytes) throw TooLarge(maxBytes);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = maxBytes;
        var buffer = new MemoryStream(request.ContentLength is { } length ? (int)length : 1024);
        await request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.Length > maxBytes ? throw TooLarge(maxBytes) : buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    public static ApiException TooLarge(long maxBytes) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The request body is larger than {maxBytes} bytes.") { Code = "request_too_large" };

    /// <summary>Whether an escape of half a surrogate pair stands alone: .NET cannot make a string of it.</summary>
    /// <param name="json">Where it is valid, a backslash begins an escape; where it is not, it is refused anyway.</param>
    internal static bool HasHalfCharacter(ReadOnlySpan<byte> json)
    {
        for (var i = json.IndexOf((byte)'\\'); i >= 0 && i < json.Length;)
        {
            var unit = Unit(json, i);
            if (char.IsLowSurrogate(unit) || (char.IsHighSurrogate(unit) && !char.IsLowSurrogate(Unit(json, i + EscapeLength)))) return true;
            i += char.IsHighSurrogate(unit) ? 2 * EscapeLength : 2;
            var next = i < json.Length ? json[i..].IndexOf((byte)'\\') : -1;
            i = next < 0 ? -1 : i + next;
        }

        return false;
    }

    /// <summary>The UTF-16 code unit of the <c>\uXXXX</c> at this place; '\0' when there is none.</summary>
    private static char Unit(ReadOnlySpan<byte> json, int at) =>
        json.Length >= at + EscapeLength && json[at] == '\\' && json[at + 1] == 'u'
        && System.Buffers.Text.Utf8Parser.TryParse(json.Slice(at + 2, 4), out ushort unit, out _, 'x') ? (char)unit : '\0';

    private static ApiException Unparsable(string why) => ApiException.BadRequest($"We could not parse the JSON body of your request ({why}).");
}
