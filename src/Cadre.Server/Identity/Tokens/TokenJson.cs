using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;
using Cadre.Server.Http;

namespace Cadre.Server.Identity.Tokens;

/// <summary>base64url and JSON as RFC 7515 has them, and nothing that a lenient reader would let pass.</summary>
internal static class TokenJson
{
    /// <summary>Of the claims; some issuers nest roles a few levels deep.</summary>
    private const int MaxDepth = 16;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Null unless it is the one way to write these bytes: no padding, no white space, no bits left over.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(Alphabet) || text.Length % 4 == 1) return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done) return null;
        Array.Resize(ref bytes, written);
        return Base64Url.EncodeToString(bytes).AsSpan().SequenceEqual(text) ? bytes : null;
    }

    /// <summary>Null unless it is one object in strict UTF-8, with no member twice and no half of a surrogate pair.</summary>
    public static JsonElement? Parse(byte[] utf8)
    {
        if (!Utf8.IsValid(utf8) || RequestBody.HasHalfCharacter(utf8)) return null;
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
