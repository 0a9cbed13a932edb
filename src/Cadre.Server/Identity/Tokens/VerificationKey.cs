using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Cadre.Server.Identity.Tokens;

/// <summary>A key that is trusted, and the algorithms that it is trusted with: those of its own kind, so that a public key never passes as a secret.</summary>
/// <param name="id">"kid"; null: tokens of this key name none.</param>
/// <param name="algorithms">By name.</param>
internal abstract class VerificationKey(string? id, ImmutableArray<string> algorithms)
{
    public string? Id => id;

    public bool Allows(SignatureAlgorithm algorithm) => algorithms.Contains(algorithm.Name, StringComparer.Ordinal);

    /// <summary>Only for what it <see cref="Allows"/>.</summary>
    public abstract bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature);
}

/// <summary>A secret that the maker of tokens has as well.</summary>
/// <param name="algorithms">Those for which the secret is too short are not allowed.</param>
internal sealed class HmacKey(string? id, ImmutableArray<string> algorithms, ReadOnlyMemory<byte> secret)
    : VerificationKey(id, [.. algorithms.Where(name => SignatureAlgorithm.Find(name) is { Family: SignatureFamily.Hmac } algorithm && secret.Length >= algorithm.MinSecretBytes)])
{
    public override bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA512.HashSizeInBytes];
        var length = CryptographicOperations.HmacData(algorithm.Hash, secret.Span, signed, expected);
        return CryptographicOperations.FixedTimeEquals(expected[..length], signature);
    }
}
