using System.Text.Json;
using Cadre.Server.Identity.Tokens;

namespace Cadre.Server.Tests.Identity.Tokens;

/// <summary>Wycheproof's vectors for signatures and key sets, by way of the verifier's own parts. Where the corpus is wrong, it says here what is right and why.</summary>
public sealed class Wycheproof
{
    /// <summary>Said to be invalid, and octet by octet the valid 357.</summary>
    private static readonly int[] Accepted = [367, 370];

    /// <summary>
    /// Said to be valid. 346, 347, 350 and 351 are signed by an algorithm other than their key's; 372 and 373 have a '?' in their base64url.
    /// </summary>
    private static readonly int[] Refused = [346, 347, 350, 351, 372, 373];

    [Theory]
    [InlineData("json_web_signature_test.json", 401)]
    [InlineData("json_web_key_test.json", 26)]
    public void Vectors_are_decided_as_they_should(string file, int count)
    {
        using var vectors = JsonDocument.Parse(new BinaryReader(typeof(Wycheproof).Assembly.GetManifestResourceStream(file)!).ReadBytes(1 << 20));
        var wrong = new List<string>();
        var seen = 0;
        foreach (var group in vectors.RootElement.GetProperty("groups").EnumerateArray())
        {
            var ring = Ring(group.GetProperty("key"));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                seen++;
                var id = test.GetProperty("tcId").GetInt32();
                var inSignatures = file == "json_web_signature_test.json";
                var expected = (test.GetProperty("result").ValueEquals("valid") || (inSignatures && Accepted.Contains(id))) && !(inSignatures && Refused.Contains(id));
                var fault = CompactToken.Read(test.GetProperty("jws").GetString()!, out var token) ?? (ring is null ? TokenFaults.NoKeys : ring.Check(token));
                if (fault is null != expected) wrong.Add($"{id} {test.GetProperty("comment").GetString()}: {fault ?? "accepted"}");
            }
        }

        Assert.Equal(count, seen);
        Assert.Empty(wrong);
    }

    /// <summary>The verifier reads no secrets from key sets: those of the corpus come as the settings' secret does. Everything else goes the way of an issuer's keys.</summary>
    private static KeyRing? Ring(JsonElement key)
    {
        JsonElement[] keys = key.TryGetProperty("keys", out var set) ? [.. set.EnumerateArray()] : [key];
        if (!keys.All(one => one.GetProperty("kty").ValueEquals("oct")))
            return set.ValueKind == JsonValueKind.Array ? JsonWebKeys.ReadSet(key) : new([.. keys.Select(JsonWebKeys.Read).OfType<VerificationKey>()]);
        return new([.. from one in keys
                       let secret = TokenJson.Decode(one.GetProperty("k").GetString()!) ?? new byte[TokenSettings.MinSecretBytes]
                       select new HmacKey(one.GetProperty("kid").GetString(), one.TryGetProperty("alg", out var alg) ? [alg.GetString()!] : ["HS256"], secret)]);
    }
}
