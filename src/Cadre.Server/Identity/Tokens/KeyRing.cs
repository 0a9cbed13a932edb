using System.Collections.Immutable;

namespace Cadre.Server.Identity.Tokens;

/// <summary>The keys that are trusted now.</summary>
internal sealed record KeyRing(ImmutableArray<VerificationKey> Keys)
{
    /// <summary>Null when none has exactly this id, or more than one: a guess between keys would be the token's choice.</summary>
    public VerificationKey? Choose(string? id)
    {
        VerificationKey? chosen = null;
        foreach (var key in Keys)
        {
            if (!string.Equals(key.Id, id, StringComparison.Ordinal)) continue;
            if (chosen is not null) return null;
            chosen = key;
        }

        return chosen;
    }

    /// <returns>One of <see cref="TokenFaults"/>; null: one key of the ring signed it, by an algorithm that the key allows.</returns>
    public string? Check(CompactToken token)
    {
        if (Choose(token.Header.KeyId) is not { } key) return TokenFaults.UnknownKey;
        if (!key.Allows(token.Header.Algorithm)) return TokenFaults.BadAlgorithm;
        return key.Verify(token.Header.Algorithm, token.Signed, token.Signature) ? null : TokenFaults.BadSignature;
    }
}

/// <summary>Where trusted keys come from.</summary>
internal interface IKeySource
{
    /// <param name="keyId">What a token names, unproven. A source may look for newer keys when it does not know it, but never where the token says.</param>
    /// <returns>Null: there are none to be had now.</returns>
    ValueTask<KeyRing?> KeysAsync(string? keyId, CancellationToken cancellationToken);
}

/// <summary>One secret that the maker of tokens knows as well. Its tokens name no key.</summary>
internal sealed class SharedSecret(ReadOnlyMemory<byte> secret) : IKeySource
{
    private readonly KeyRing _ring = new([new HmacKey(null, ["HS256", "HS384", "HS512"], secret)]);

    public ValueTask<KeyRing?> KeysAsync(string? keyId, CancellationToken cancellationToken) => new(_ring);
}
