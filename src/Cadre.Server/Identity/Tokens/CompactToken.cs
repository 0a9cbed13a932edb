using System.Text;

namespace Cadre.Server.Identity.Tokens;

/// <summary>The three parts of a signed token in its compact form (RFC 7515 §7.1), read but not believed.</summary>
/// <param name="Signed">The octets that were signed.</param>
internal sealed record CompactToken(TokenHeader Header, byte[] Signed, byte[] Payload, byte[] Signature)
{
    /// <summary>More is refused before anything is decoded.</summary>
    public const int MaxLength = 8192;

    private const int Parts = 3;
    private const int PartsOfEncrypted = 5;

    /// <returns>One of <see cref="TokenFaults"/>; null: it is fine.</returns>
    public static string? Read(string text, out CompactToken token)
    {
        token = null!;
        if (text.Length > MaxLength) return TokenFaults.TooLarge;
        var dots = text.AsSpan().Count('.');
        if (dots != Parts - 1) return dots == PartsOfEncrypted - 1 ? TokenFaults.Encrypted : TokenFaults.Malformed;
        var (first, last) = (text.IndexOf('.', StringComparison.Ordinal), text.LastIndexOf('.'));
        if (TokenJson.Decode(text.AsSpan(0, first)) is not { Length: > 0 } header
            || TokenJson.Decode(text.AsSpan(first + 1, last - first - 1)) is not { } payload
            || TokenJson.Decode(text.AsSpan(last + 1)) is not { Length: > 0 } signature)
        {
            return TokenFaults.Malformed;
        }

        if (TokenJson.Parse(header) is not { } json) return TokenFaults.BadHeader;
        if (TokenHeader.Read(json, out var read) is { } fault) return fault;
        token = new(read, Encoding.ASCII.GetBytes(text, 0, last), payload, signature);
        return null;
    }
}
