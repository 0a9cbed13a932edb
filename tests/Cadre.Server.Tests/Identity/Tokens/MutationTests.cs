using System.Security.Cryptography;
using Cadre.Server.Identity.Tokens;

namespace Cadre.Server.Tests.Identity.Tokens;

public sealed class A_token_changed_at_random
{
    private const int Changes = 20_000;
    private const string Characters = "ABCabc019-_.=+/ {}\"\\\0\u00e9\ud800";

    /// <summary>Straight to the verifier: whatever comes, it answers by a reason and throws nothing.</summary>
    [Theory]
    [InlineData("HS256")]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task Is_refused_with_a_reason(string algorithm)
    {
        var secret = RandomNumberGenerator.GetBytes(TokenSettings.MinSecretBytes);
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (modulus, point) = (rsa.ExportParameters(false), ec.ExportParameters(false).Q);
        var keys = new Keys(new(
        [
            new HmacKey("HS256", ["HS256"], secret), RsaKey.Create("RS256", ["RS256"], modulus.Modulus!, modulus.Exponent!)!,
            EcKey.Create("ES256", SignatureAlgorithm.Find("ES256")!, ECCurve.NamedCurves.nistP256, point.X!, point.Y!)!,
        ]));
        using var verifier = new TokenVerifier(new() { Secret = secret }, keys, TimeProvider.System);
        var claims = $$"""{"sub":"alice","exp":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3600}},"org_id":"acme","roles":["user"],"name":"Ål"}""";
        var token = Forge.Compact($$"""{"alg":"{{algorithm}}","kid":"{{algorithm}}","typ":"JWT"}""", claims, algorithm switch { "HS256" => Forge.Hmac(secret), "RS256" => Forge.Rs(rsa), _ => Forge.Es(ec) });
        Assert.Null((await verifier.VerifyAsync(token, TestContext.Current.CancellationToken)).Fault);

        var random = new Random(20261121);
        for (var i = 0; i < Changes; i++)
        {
            var changed = Change(token, random);
            if (changed == token) continue;
            var (accepted, fault) = await verifier.VerifyAsync(changed, TestContext.Current.CancellationToken);
            Assert.True(accepted is null && fault is not null, changed);
        }
    }

    private static string Change(string token, Random random)
    {
        for (var left = random.Next(1, 4); left > 0 && token.Length > 2; left--)
        {
            var (at, length) = (random.Next(token.Length), random.Next(1, 20));
            token = random.Next(4) switch
            {
                0 => token.Remove(at, 1).Insert(at, $"{Characters[random.Next(Characters.Length)]}"),
                1 => token.Insert(at, $"{Characters[random.Next(Characters.Length)]}"),
                2 => token.Remove(at, Math.Min(length, token.Length - at)),
                _ => token.Insert(at, token.Substring(at, Math.Min(length, token.Length - at))),
            };
        }

        return token;
    }

    private sealed class Keys(KeyRing ring) : IKeySource
    {
        public ValueTask<KeyRing?> KeysAsync(string? keyId, CancellationToken cancellationToken) => new(ring);
    }
}
