using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Cadre.Server.Identity.Tokens;

/// <summary>RSASSA with PKCS #1 v1.5 or PSS, whose salt is as long as the hash. The runtime's verification holds no state of its own: one key serves all requests.</summary>
internal sealed class RsaKey(string? id, ImmutableArray<string> algorithms, RSA rsa) : VerificationKey(id, algorithms)
{
    private const int MinBits = 2048;

    /// <summary>A longer one costs each request more than a signature is worth.</summary>
    private const int MaxBits = 8192;

    private const int MaxExponentBytes = 8;

    /// <summary>Null for a key that must not be trusted: too short, too long, known to be factored, or with an exponent that proves nothing.</summary>
    public static RsaKey? Create(string? id, ImmutableArray<string> algorithms, byte[] modulus, byte[] exponent)
    {
        var parameters = new RSAParameters { Modulus = [.. modulus.SkipWhile(octet => octet == 0)], Exponent = [.. exponent.SkipWhile(octet => octet == 0)] };
        if (parameters.Modulus.Length is 0 or > MaxBits / 8 || parameters.Exponent.Length is 0 or > MaxExponentBytes) return null;
        if (parameters.Exponent[^1] % 2 == 0 || parameters.Exponent is [1] || RocaCheck.IsWeak(parameters.Modulus)) return null;
        try
        {
            var rsa = RSA.Create(parameters);
            if (rsa.KeySize is >= MinBits and <= MaxBits) return new(id, algorithms, rsa);
            rsa.Dispose();
            return null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public override bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) =>
        signature.Length == (rsa.KeySize + 7) / 8
        && rsa.VerifyData(signed, signature, algorithm.Hash, algorithm.Family == SignatureFamily.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
}
