using System.Security.Cryptography;
using System.Text;

namespace Cadre.Server.Tests.Identity.Tokens;

/// <summary>An issuer's keys, and the tokens that a server which trusts them must refuse nevertheless.</summary>
internal sealed class IssuerAttacks(string issuer, string listener) : IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RSA _stranger = RSA.Create(2048);
    private readonly RSA _short = RSA.Create(1024);
    private readonly ECDsa _p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly ECDsa _p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>What the issuer publishes: keys that sign, and others.</summary>
    public IReadOnlyList<string> Keys =>
    [
        Forge.Jwk(_rsa, "rsa"), Forge.Jwk(_rsa, "rs256", "\"alg\":\"RS256\""), Forge.Jwk(_p256, "p256", "P-256"), Forge.Jwk(_p384, "p384", "P-384"), Forge.Jwk(_p521, "p521", "P-521"),
        Forge.Jwk(_rsa, "enc", "\"use\":\"enc\""), Forge.Jwk(_rsa, "ops", "\"key_ops\":[\"encrypt\"]"), Forge.Jwk(_short, "short"), Forge.Jwk(_rsa, "twice"), Forge.Jwk(_rsa, "twice"), Forge.Jwk(_p256, "mixed", "P-384"),
        Forge.Jwk(_rsa, "hs256", "\"alg\":\"HS256\""), Forge.Jwk(_p256, "es384", "P-256", "\"alg\":\"ES384\""), """{"kty":"OKP","kid":"ed","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""",
        """{"kty":"RSA","kid":"nothing"}""", """{"kid":"kindless"}""",
    ];

    public IEnumerable<(string Name, string Token)> Valid()
    {
        foreach (var (name, hash) in Hashes)
        {
            yield return ($"RS{name}", Token($"RS{name}", "rsa", Forge.Rs(_rsa, hash)));
            yield return ($"PS{name}", Token($"PS{name}", "rsa", Forge.Ps(_rsa, hash)));
        }

        yield return ("PS256 made by hand", Token("PS256", "rsa", Forge.PsWithSalt(_rsa, 32)));
        yield return ("ES256", Token("ES256", "p256", Forge.Es(_p256)));
        yield return ("ES384", Token("ES384", "p384", Forge.Es(_p384, HashAlgorithmName.SHA384)));
        yield return ("ES512", Token("ES512", "p521", Forge.Es(_p521, HashAlgorithmName.SHA512)));
        yield return ("of a key for one algorithm", Token("RS256", "rs256", Forge.Rs(_rsa)));
        yield return ("for several", Forge.Compact(Header("RS256", "rsa"), Claims(audience: "[\"other\",\"cadre\"]"), Forge.Rs(_rsa)));
    }

    public IEnumerable<(string Name, string Token)> All() => [.. PublicKeyAsSecret(), .. WrongKeys(), .. WrongPaddings(), .. Curves(), .. Names(), .. Embedded()];

    public void Dispose()
    {
        _rsa.Dispose();
        _stranger.Dispose();
        _short.Dispose();
        _p256.Dispose();
        _p384.Dispose();
        _p521.Dispose();
    }

    private static (string Name, HashAlgorithmName Hash)[] Hashes => [("256", HashAlgorithmName.SHA256), ("384", HashAlgorithmName.SHA384), ("512", HashAlgorithmName.SHA512)];

    /// <summary>CVE-2015-9235: what everybody knows, as if it were a secret.</summary>
    private IEnumerable<(string, string)> PublicKeyAsSecret()
    {
        (string Name, byte[] Secret)[] secrets =
        [
            ("PEM", Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem())), ("PEM with a line's end", Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem() + "\n")), ("PKCS #1 PEM", Encoding.ASCII.GetBytes(_rsa.ExportRSAPublicKeyPem())),
            ("DER", _rsa.ExportSubjectPublicKeyInfo()), ("PKCS #1 DER", _rsa.ExportRSAPublicKey()), ("modulus", _rsa.ExportParameters(false).Modulus!), ("JWK", Encoding.UTF8.GetBytes(Forge.Jwk(_rsa, "rsa"))),
            ("EC PEM", Encoding.ASCII.GetBytes(_p256.ExportSubjectPublicKeyInfoPem())), ("EC point", [.. _p256.ExportParameters(false).Q.X!, .. _p256.ExportParameters(false).Q.Y!]), ("nothing", []), ("the id", "rsa"u8.ToArray()),
        ];
        foreach (var (name, secret) in secrets)
        {
            foreach (var bits in (int[])[256, 384, 512]) yield return ($"HS{bits} with {name}", Token($"HS{bits}", name.StartsWith("EC", StringComparison.Ordinal) ? "p256" : "rsa", Forge.Hmac(secret, bits)));
        }

        yield return ("HS256 with a key that says HS256", Token("HS256", "hs256", Forge.Hmac(_rsa.ExportSubjectPublicKeyInfo())));
    }

    private IEnumerable<(string, string)> WrongKeys()
    {
        foreach (var kid in (string?[])["rsa", "rs256", "enc", "ops", "p256", "ed", "nothing", "kindless", "unknown", null]) yield return ($"a stranger's RS256 as {kid}", Token("RS256", kid, Forge.Rs(_stranger)));
        foreach (var kid in (string?[])["enc", "ops", "twice", "hs256", "p256", "ed", "nothing", "RSA", "rsa ", " rsa", "rs", "rsa256", null]) yield return ($"the issuer's RS256 as {kid}", Token("RS256", kid, Forge.Rs(_rsa)));
        yield return ("a short key", Token("RS256", "short", Forge.Rs(_short)));
        foreach (var algorithm in (string[])["none", "EdDSA", "RS1", "rs256", "ES256"])
        {
            yield return ($"{algorithm} unsigned", Token(algorithm, "rsa", _ => []));
            yield return ($"{algorithm} with an RS256 signature", Token(algorithm, "rsa", Forge.Rs(_rsa)));
        }

        yield return ("RS384 of a key for RS256", Token("RS384", "rs256", Forge.Rs(_rsa, HashAlgorithmName.SHA384)));
        yield return ("PS256 of a key for RS256", Token("PS256", "rs256", Forge.Ps(_rsa)));
    }

    private IEnumerable<(string, string)> WrongPaddings()
    {
        yield return ("PSS by the name of PKCS #1", Token("RS256", "rsa", Forge.Ps(_rsa)));
        yield return ("PKCS #1 by the name of PSS", Token("PS256", "rsa", Forge.Rs(_rsa)));
        yield return ("SHA-512 by the name of SHA-256", Token("RS256", "rsa", Forge.Rs(_rsa, HashAlgorithmName.SHA512)));
        yield return ("SHA-1 by the name of SHA-256", Token("RS256", "rsa", Forge.Rs(_rsa, HashAlgorithmName.SHA1)));
        foreach (var salt in (int[])[0, 20, 31, 33, 64]) yield return ($"PSS with a salt of {salt}", Token("PS256", "rsa", Forge.PsWithSalt(_rsa, salt)));
        foreach (var (name, change) in Changes(256)) yield return ($"RS256, {name}", Token("RS256", "rsa", signed => change(Forge.Rs(_rsa)(signed))));
        foreach (var (name, change) in Changes(256)) yield return ($"PS256, {name}", Token("PS256", "rsa", signed => change(Forge.Ps(_rsa)(signed))));
    }

    private IEnumerable<(string, string)> Curves()
    {
        yield return ("ES256 in DER", Token("ES256", "p256", Forge.Es(_p256, null, DSASignatureFormat.Rfc3279DerSequence)));
        yield return ("ES384 in DER", Token("ES384", "p384", Forge.Es(_p384, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence)));
        yield return ("ES256 of P-384", Token("ES256", "p384", Forge.Es(_p384)));
        yield return ("ES384 of P-256", Token("ES384", "p256", Forge.Es(_p256, HashAlgorithmName.SHA384)));
        yield return ("ES512 of P-256", Token("ES512", "p256", Forge.Es(_p256, HashAlgorithmName.SHA512)));
        yield return ("ES256 of P-521", Token("ES256", "p521", Forge.Es(_p521)));
        yield return ("ES384 of P-384 with SHA-256", Token("ES384", "p384", Forge.Es(_p384)));
        yield return ("ES256K of P-256", Token("ES256K", "p256", Forge.Es(_p256)));
        yield return ("a key that names another curve", Token("ES384", "mixed", Forge.Es(_p256, HashAlgorithmName.SHA384)));
        yield return ("a key that names another algorithm", Token("ES256", "es384", Forge.Es(_p256)));
        yield return ("ES256 of another's key", Token("ES256", "p256", signed => Forge.Es(ECDsa.Create(ECCurve.NamedCurves.nistP256))(signed)));
        yield return ("ES256 with RSA's id", Token("ES256", "rsa", Forge.Es(_p256)));
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        var (zero, one) = (new byte[32], new byte[32]);
        one[^1] = 1;
        foreach (var (name, r, s) in ((string, byte[], byte[])[])[("0, 1", zero, one), ("1, 0", one, zero), ("1, 1", one, one), ("n, n", order, order), ("n, 1", order, one), ("1, n", one, order), ("0, n", zero, order)])
            yield return ($"ES256 of ({name})", Token("ES256", "p256", _ => [.. r, .. s]));
        foreach (var (name, change) in Changes(64)) yield return ($"ES256, {name}", Token("ES256", "p256", signed => change(Forge.Es(_p256)(signed))));
        yield return ("ES256 with its halves exchanged", Token("ES256", "p256", signed => Forge.Es(_p256)(signed) is var octets ? [.. octets[32..], .. octets[..32]] : []));
    }

    private IEnumerable<(string, string)> Names()
    {
        string?[] issuers = [$"\"{issuer}/\"", $"\"{issuer.ToUpperInvariant()}\"", $"\"{issuer}.evil.example\"", $"\"{issuer[..^1]}\"", "\"https://login.example\"", $"\"{listener}\"", $"[\"{issuer}\"]", "null", "5", "\"\"", $"\" {issuer}\"", $"\"{issuer}\\u0000\"", null];
        foreach (var name in issuers) yield return ($"iss {name}", Forge.Compact(Header("RS256", "rsa"), Claims(issuedBy: name), Forge.Rs(_rsa)));
        string?[] audiences = ["\"cadr\"", "\"cadre2\"", "\"Cadre\"", "\"cadre \"", "\"cadre,other\"", "\"other cadre\"", "[\"other\"]", "[]", "[[\"cadre\"]]", "[\"cadre\",5]", "{\"cadre\":true}", "null", "5", "\"\"", "\"*\"", null];
        foreach (var name in audiences) yield return ($"aud {name}", Forge.Compact(Header("RS256", "rsa"), Claims(audience: name), Forge.Rs(_rsa)));
    }

    private IEnumerable<(string, string)> Embedded()
    {
        var own = Forge.Jwk(_stranger, "rsa");
        string[] members = [$"\"jwk\":{own}", $"\"jku\":\"{listener}/keys\"", $"\"x5u\":\"{listener}/x5u\"", "\"x5c\":[\"MIIB\"]", $"\"jku\":\"{issuer}/keys\"", $"\"jwk\":{Forge.Jwk(_rsa, "rsa")}"];
        foreach (var member in members)
        {
            yield return ($"a stranger with {member[..6]}", Forge.Compact($$"""{"alg":"RS256","kid":"rsa",{{member}}}""", Claims(), Forge.Rs(_stranger)));
            yield return ($"the issuer with {member[..6]}", Forge.Compact($$"""{"alg":"RS256","kid":"rsa",{{member}}}""", Claims(), Forge.Rs(_rsa)));
        }

        yield return ("an address for an id", Token("RS256", $"{listener}/kid", Forge.Rs(_stranger)));
    }

    private static IEnumerable<(string Name, Func<byte[], byte[]> Change)> Changes(int length) =>
    [
        ("a bit flipped", octets => [.. octets[..^1], (byte)(octets[^1] ^ 1)]),
        ("the first bit flipped", octets => [(byte)(octets[0] ^ 0x80), .. octets[1..]]),
        ("an octet short", octets => octets[..^1]),
        ("an octet long", octets => [.. octets, 0]),
        ("an octet before", octets => [0, .. octets]),
        ("zeros", _ => new byte[length]),
        ("ones", _ => [.. Enumerable.Repeat((byte)0xff, length)]),
        ("one octet", _ => [1]),
        ("twice", octets => [.. octets, .. octets]),
    ];

    private string Token(string algorithm, string? kid, Func<byte[], byte[]> sign) => Forge.Compact(Header(algorithm, kid), Claims(), sign);

    private static string Header(string algorithm, string? kid) => kid is null ? $$"""{"alg":"{{algorithm}}"}""" : $$"""{"alg":"{{algorithm}}","kid":"{{kid}}"}""";

    /// <param name="issuedBy">JSON; "true" stands for the right one, null for none.</param>
    /// <param name="audience">As <paramref name="issuedBy"/>.</param>
    private string Claims(string? issuedBy = "true", string? audience = "true")
    {
        var claims = $$"""{"sub":"alice","iat":{{_now}},"exp":{{_now + 600}}""";
        if (issuedBy is not null) claims += $",\"iss\":{(issuedBy == "true" ? $"\"{issuer}\"" : issuedBy)}";
        if (audience is not null) claims += $",\"aud\":{(audience == "true" ? "\"cadre\"" : audience)}";
        return claims + "}";
    }
}
