using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Cadre.Server.Identity.Tokens;

namespace Cadre.Bench.Identity;

/// <summary>
/// Checking one token whose key is held, from its text to its claims; beside it the signature's check alone by the same key, which no verifier can do without.
/// Both in turns, on one thread.
/// </summary>
internal static class JwtBench
{
    private const int Rounds = 15;
    private const int Checks = 2_000;

    public static async Task RunAsync(string? path)
    {
        using var report = new Report(path, "Tokens", "jwt");
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secret = RandomNumberGenerator.GetBytes(TokenSettings.MinSecretBytes);
        var point = ec.ExportParameters(false).Q;
        var modulus = rsa.ExportParameters(false);
        var keys = new HeldKeys(new(
        [
            RsaKey.Create("RS256", ["RS256"], modulus.Modulus!, modulus.Exponent!)!,
            EcKey.Create("ES256", SignatureAlgorithm.Find("ES256")!, ECCurve.NamedCurves.nistP256, point.X!, point.Y!)!,
            new HmacKey("HS256", ["HS256"], secret),
        ]));
        using var verifier = new TokenVerifier(new() { Issuer = "https://login.example.com", Audience = "cadre" }, keys, TimeProvider.System);

        report.Line("| one token, key held | whole check, µs | signature alone, µs | ratio |");
        report.Line("|---|--:|--:|--:|");
        await MeasureAsync(report, verifier, "RS256", "**RS256, 2048 bits** (goal: whole check under 100)",
            signed => rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), (signed, signature) => rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        await MeasureAsync(report, verifier, "ES256", "ES256", signed => ec.SignData(signed, HashAlgorithmName.SHA256), (signed, signature) => ec.VerifyData(signed, signature, HashAlgorithmName.SHA256));
        await MeasureAsync(report, verifier, "HS256", "HS256", signed => HMACSHA256.HashData(secret, signed), (signed, signature) => CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(secret, signed), signature));
        report.Line();
        report.Line($"Medians of {Rounds} rounds of {Checks:N0} checks each.");
    }

    private static async Task MeasureAsync(Report report, TokenVerifier verifier, string algorithm, string title, Func<byte[], byte[]> sign, Func<byte[], byte[], bool> verify)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"{{algorithm}}"}"""));
        var claims = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            $$"""{"iss":"https://login.example.com","aud":"cadre","sub":"8f1c2a34-5b6d-4e7f-8091-a2b3c4d5e6f7","iat":{{now}},"exp":{{now + 3600}},"org_id":"acme","roles":["operator"],"scope":"tasks:read tasks:write","name":"Alice Example","email":"alice@example.com"}"""));
        var signed = Encoding.ASCII.GetBytes($"{header}.{claims}");
        var signature = sign(signed);
        var token = $"{header}.{claims}.{Base64Url.EncodeToString(signature)}";
        if ((await verifier.VerifyAsync(token, CancellationToken.None)).Fault is { } fault) throw new InvalidOperationException($"The bench's own token is refused: {fault}.");

        var (whole, alone) = (new List<double>(Rounds), new List<double>(Rounds));
        for (var round = -2; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < Checks; i++) await verifier.VerifyAsync(token, CancellationToken.None);
            var between = Stopwatch.GetTimestamp();
            for (var i = 0; i < Checks; i++) verify(signed, signature);
            var end = Stopwatch.GetTimestamp();
            if (round < 0) continue;
            whole.Add(Stopwatch.GetElapsedTime(began, between).TotalMicroseconds / Checks);
            alone.Add(Stopwatch.GetElapsedTime(between, end).TotalMicroseconds / Checks);
        }

        whole.Sort();
        alone.Sort();
        report.Line($"| {title} | {whole[Rounds / 2]:0.0} | {alone[Rounds / 2]:0.0} | {whole[Rounds / 2] / alone[Rounds / 2]:0.00} |");
    }

    private sealed class HeldKeys(KeyRing ring) : IKeySource
    {
        public ValueTask<KeyRing?> KeysAsync(string? keyId, CancellationToken cancellationToken) => new(ring);
    }
}
