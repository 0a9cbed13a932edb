using System.Security.Cryptography;

namespace Cadre.Server.Identity.Tokens;

/// <summary>What may sign (RFC 7518 §3.1). "none" is not here, and neither is EdDSA, which the runtime cannot verify.</summary>
/// <param name="Name">As "alg" names it; compared octet by octet.</param>
/// <param name="MinSecretBytes">Of a shared secret: as many as the hash has (RFC 7518 §3.2); 0 for the others.</param>
/// <param name="CoordinateBytes">Of an elliptic curve: a signature is two of these; 0 for the others.</param>
internal sealed record SignatureAlgorithm(string Name, SignatureFamily Family, HashAlgorithmName Hash, int MinSecretBytes = 0, int CoordinateBytes = 0)
{
    public static IReadOnlyList<SignatureAlgorithm> All { get; } =
    [
        new("HS256", SignatureFamily.Hmac, HashAlgorithmName.SHA256, MinSecretBytes: 32),
        new("HS384", SignatureFamily.Hmac, HashAlgorithmName.SHA384, MinSecretBytes: 48),
        new("HS512", SignatureFamily.Hmac, HashAlgorithmName.SHA512, MinSecretBytes: 64),
        new("RS256", SignatureFamily.RsaPkcs1, HashAlgorithmName.SHA256),
        new("RS384", SignatureFamily.RsaPkcs1, HashAlgorithmName.SHA384),
        new("RS512", SignatureFamily.RsaPkcs1, HashAlgorithmName.SHA512),
        new("PS256", SignatureFamily.RsaPss, HashAlgorithmName.SHA256),
        new("PS384", SignatureFamily.RsaPss, HashAlgorithmName.SHA384),
        new("PS512", SignatureFamily.RsaPss, HashAlgorithmName.SHA512),
        new("ES256", SignatureFamily.Ecdsa, HashAlgorithmName.SHA256, CoordinateBytes: 32),
        new("ES384", SignatureFamily.Ecdsa, HashAlgorithmName.SHA384, CoordinateBytes: 48),
        new("ES512", SignatureFamily.Ecdsa, HashAlgorithmName.SHA512, CoordinateBytes: 66),
    ];

    public static SignatureAlgorithm? Find(string name) => All.FirstOrDefault(algorithm => string.Equals(algorithm.Name, name, StringComparison.Ordinal));
}

internal enum SignatureFamily
{
    Hmac,
    RsaPkcs1,
    RsaPss,
    Ecdsa,
}
