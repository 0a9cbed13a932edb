using System.Text.Json;

namespace Cadre.Server.Identity.Tokens;

/// <summary>What a token says about its signature. It never says which key is to be trusted: it names one of those that are.</summary>
internal sealed record TokenHeader(SignatureAlgorithm Algorithm, string? KeyId)
{
    private const int MaxKeyId = 256;

    /// <summary>Members that bring their own key, change what is signed, or must be understood: nothing here needs them.</summary>
    private static readonly string[] Refused = ["jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "cty", "enc", "epk", "apu", "apv"];

    private static readonly string[] Types = ["JWT", "at+jwt", "application/at+jwt"];

    /// <returns>One of <see cref="TokenFaults"/>; null: it is fine.</returns>
    public static string? Read(JsonElement json, out TokenHeader header)
    {
        header = null!;
        if (Refused.Any(name => json.TryGetProperty(name, out _))) return TokenFaults.RefusedHeader;
        if (json.TryGetProperty("typ", out var type) && !(type.ValueKind == JsonValueKind.String && Types.Contains(type.GetString(), StringComparer.OrdinalIgnoreCase))) return TokenFaults.BadHeader;
        string? keyId = null;
        if (json.TryGetProperty("kid", out var kid))
        {
            if (kid.ValueKind != JsonValueKind.String) return TokenFaults.BadHeader;
            keyId = kid.GetString()!;
            if (keyId.Length is 0 or > MaxKeyId) return TokenFaults.BadHeader;
        }

        if (!json.TryGetProperty("alg", out var alg) || alg.ValueKind != JsonValueKind.String) return TokenFaults.BadHeader;
        if (SignatureAlgorithm.Find(alg.GetString()!) is not { } algorithm) return TokenFaults.BadAlgorithm;
        header = new(algorithm, keyId);
        return null;
    }
}
