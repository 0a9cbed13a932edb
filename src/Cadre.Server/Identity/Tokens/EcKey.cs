using System.Security.Cryptography;

namespace Cadre.Server.Identity.Tokens;

/// <summary>ECDSA with the one algorithm that belongs to the key's curve; a signature is r and s side by side (RFC 7518 §3.4), never DER.</summary>
internal sealed class EcKey(string? id, SignatureAlgorithm its, ECDsa ecdsa) : VerificationKey(id, [its.Name])
{
    /// <summary>Null for a point that is not on the curve.</summary>
    public static EcKey? Create(string? id, SignatureAlgorithm its, ECCurve curve, byte[] x, byte[] y)
    {
        if (x.Length != its.CoordinateBytes || y.Length != its.CoordinateBytes) return null;
        try
        {
            return new(id, its, ECDsa.Create(new ECParameters { Curve = curve, Q = new() { X = x, Y = y } }));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public override bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) =>
        signature.Length == 2 * algorithm.CoordinateBytes && ecdsa.VerifyData(signed, signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
}
