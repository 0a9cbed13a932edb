using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Cadre.Server.Identity.Tokens;

/// <summary>Reads the public keys that an issuer publishes (RFC 7517).</summary>
internal static class JsonWebKeys
{
    /// <summary>More in one set is nobody's signing keys.</summary>
    private const int MaxKeys = 100;

    private const int MaxId = 256;

    private static readonly ImmutableArray<string> Rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    /// <summary>
    /// The keys of a set that may sign; others, such as those for encryption, are passed over. Null when it is no set, or when a secret stands in it: what is
    /// published is none.
    /// </summary>
    public static KeyRing? ReadSet(JsonElement json)
    {
        if (!json.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() > MaxKeys) return null;
        if (keys.EnumerateArray().Any(key => Text(key, "kty") == "oct")) return null;
        return new([.. keys.EnumerateArray().Select(Read).OfType<VerificationKey>()]);
    }

    /// <summary>Null when it may not sign, or cannot be used.</summary>
    public static VerificationKey? Read(JsonElement json)
    {
        if (!MaySign(json) || !TryId(json, out var id)) return null;
        return Text(json, "kty") switch
        {
            "RSA" when Octets(json, "n") is { } modulus && Octets(json, "e") is { } exponent && Algorithms(json, Rsa) is { IsEmpty: false } algorithms => RsaKey.Create(id, algorithms, modulus, exponent),
            "EC" when Curve(json) is { } on && Octets(json, "x") is { } x && Octets(json, "y") is { } y && Algorithms(json, [on.Algorithm]) is [var name] =>
                EcKey.Create(id, SignatureAlgorithm.Find(name)!, on.Curve, x, y),
            _ => null,
        };
    }

    private static bool MaySign(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object
        && (!json.TryGetProperty("use", out var use) || (use.ValueKind == JsonValueKind.String && use.ValueEquals("sig")))
        && (!json.TryGetProperty("key_ops", out var operations)
            || (operations.ValueKind == JsonValueKind.Array && operations.EnumerateArray().Any(operation => operation.ValueKind == JsonValueKind.String && operation.ValueEquals("verify"))));

    private static bool TryId(JsonElement json, out string? id)
    {
        id = Text(json, "kid");
        return id is { Length: > 0 and <= MaxId } || !json.TryGetProperty("kid", out _);
    }

    /// <summary>The one that the key is for, if it says so, and none when that is not of its kind.</summary>
    private static ImmutableArray<string> Algorithms(JsonElement json, ImmutableArray<string> ofItsKind)
    {
        if (!json.TryGetProperty("alg", out _)) return ofItsKind;
        return [.. ofItsKind.Where(name => string.Equals(name, Text(json, "alg"), StringComparison.Ordinal))];
    }

    private static (ECCurve Curve, string Algorithm)? Curve(JsonElement json) => Text(json, "crv") switch
    {
        "P-256" => (ECCurve.NamedCurves.nistP256, "ES256"),
        "P-384" => (ECCurve.NamedCurves.nistP384, "ES384"),
        "P-521" => (ECCurve.NamedCurves.nistP521, "ES512"),
        _ => null,
    };

    private static byte[]? Octets(JsonElement json, string name) => Text(json, name) is { } text ? TokenJson.Decode(text) : null;

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
