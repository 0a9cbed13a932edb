using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Cadre.Server.Tests.Identity.Tokens;

/// <summary>Makes tokens, right and wrong, out of their parts.</summary>
internal static class Forge
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    public static string Compact(string header, string claims, Func<byte[], byte[]> sign) => Compact(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(claims), sign);

    public static string Compact(byte[] header, byte[] claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public static Func<byte[], byte[]> Hmac(byte[] secret, int bits = 256) => signed => bits switch
    {
        384 => HMACSHA384.HashData(secret, signed),
        512 => HMACSHA512.HashData(secret, signed),
        _ => HMACSHA256.HashData(secret, signed),
    };

    public static Func<byte[], byte[]> Rs(RSA key, HashAlgorithmName? hash = null) => signed => key.SignData(signed, hash ?? HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public static Func<byte[], byte[]> Ps(RSA key, HashAlgorithmName? hash = null) => signed => key.SignData(signed, hash ?? HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

    /// <summary>PS256 by RFC 8017 §9.1.1, with any length of the salt: the runtime signs with 32 octets only.</summary>
    public static Func<byte[], byte[]> PsWithSalt(RSA key, int saltLength) => signed =>
    {
        var parameters = key.ExportParameters(true);
        var salt = RandomNumberGenerator.GetBytes(saltLength);
        var hash = SHA256.HashData([.. new byte[8], .. SHA256.HashData(signed), .. salt]);
        var block = new byte[parameters.Modulus!.Length - hash.Length - 1];
        block[block.Length - saltLength - 1] = 1;
        salt.CopyTo(block, block.Length - saltLength);
        for (var i = 0; i < block.Length; i++) block[i] ^= SHA256.HashData([.. hash, 0, 0, 0, (byte)(i / hash.Length)])[i % hash.Length];
        block[0] &= 0x7f;
        var message = new BigInteger([.. block, .. hash, 0xbc], isUnsigned: true, isBigEndian: true);
        var signature = BigInteger.ModPow(message, Number(parameters.D!), Number(parameters.Modulus)).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[parameters.Modulus.Length - signature.Length], .. signature];

        static BigInteger Number(byte[] octets) => new(octets, isUnsigned: true, isBigEndian: true);
    };

    public static Func<byte[], byte[]> Es(ECDsa key, HashAlgorithmName? hash = null, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation) =>
        signed => key.SignData(signed, hash ?? HashAlgorithmName.SHA256, format);

    /// <summary>A public key as an issuer publishes it.</summary>
    /// <param name="more">Members such as <c>"alg":"RS256"</c>.</param>
    public static string Jwk(RSA key, string kid, string more = "\"use\":\"sig\"")
    {
        var parameters = key.ExportParameters(false);
        return $$"""{"kty":"RSA","kid":"{{kid}}","n":"{{Encode(parameters.Modulus)}}","e":"{{Encode(parameters.Exponent)}}",{{more}}}""";
    }

    /// <inheritdoc cref="Jwk(RSA, string, string)"/>
    public static string Jwk(ECDsa key, string kid, string curve, string more = "\"use\":\"sig\"")
    {
        var point = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","kid":"{{kid}}","crv":"{{curve}}","x":"{{Encode(point.X)}}","y":"{{Encode(point.Y)}}",{{more}}}""";
    }
}
