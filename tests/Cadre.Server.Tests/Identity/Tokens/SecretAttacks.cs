using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cadre.Server.Tests.Identity.Tokens;

/// <summary>
/// Tokens that a server with a shared secret must refuse. Where it is a rule that is tried and not the signature, they are signed with the true secret: nothing
/// but the rule can refuse them.
/// </summary>
internal sealed class SecretAttacks(byte[] secret, string listener)
{
    private const string Header = """{"alg":"HS256","typ":"JWT"}""";

    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public string Valid => Signed(Header, Claims());

    public IEnumerable<(string Name, string Token)> All() =>
        [.. Headers(), .. Extensions(), .. HeaderForms(), .. Encodings(), .. Parts(), .. Signatures(), .. Times(), .. People(), .. ClaimForms(), .. Confusions()];

    private IEnumerable<(string, string)> Headers()
    {
        string[] algorithms =
        [
            "\"none\"", "\"None\"", "\"NONE\"", "\"nOnE\"", "\"\"", "\" none\"", "\"HS256 \"", "\" HS256\"", "\"hs256\"", "\"Hs256\"", "\"HS256\\u0000\"", "\"HS-256\"", "\"HMACSHA256\"",
            "\"\\uFF28\\uFF33256\"", "\"H\\u0405256\"", "\"HS256\\u200b\"", "\"HS257\"", "\"HS1\"", "\"EdDSA\"", "\"ES256K\"", "\"RS1\"", "\"RSA1_5\"", "\"dir\"", "\"A256GCM\"", "\"PBES2-HS256+A128KW\"",
            "\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\"", "\"RS256\"", "\"PS256\"", "\"ES256\"", "null", "256", "true", "[\"HS256\"]", "{\"alg\":\"HS256\"}", "[]",
        ];
        foreach (var algorithm in algorithms)
        {
            yield return ($"alg {algorithm}", Signed($$"""{"alg":{{algorithm}},"typ":"JWT"}""", Claims()));
            yield return ($"alg {algorithm} unsigned", Forge.Compact($$"""{"alg":{{algorithm}}}""", Claims(), _ => []));
        }

        yield return ("no alg", Signed("""{"typ":"JWT"}""", Claims()));
        string[] kids = ["\"../../../../dev/null\"", "\"/dev/null\"", "\"' OR 1=1 --\"", "\"key'; DROP TABLE keys; --\"", "\"\"", "null", "5", "true", "[\"a\"]", "{}", "\"a\\u0000b\"", "\"unknown\"", $"\"{listener}/kid\"", $"\"{new string('k', 300)}\""];
        foreach (var kid in kids) yield return ($"kid {kid}", Signed($$"""{"alg":"HS256","kid":{{kid}}}""", Claims()));
        foreach (var type in (string[])["\"JWE\"", "\"JWS\"", "\"JOSE\"", "\"secevent+jwt\"", "\"dpop+jwt\"", "\"\"", "\"JWT \"", "5", "null", "[]", "{}"])
            yield return ($"typ {type}", Signed($$"""{"alg":"HS256","typ":{{type}}}""", Claims()));
    }

    private IEnumerable<(string, string)> Extensions()
    {
        using var rsa = RSA.Create(2048);
        var own = Forge.Jwk(rsa, "own");
        string[] members =
        [
            $"\"jwk\":{own}", $"\"jwk\":{{\"kty\":\"oct\",\"k\":\"{Forge.Encode(secret)}\"}}", "\"jwk\":null", $"\"jku\":\"{listener}/keys\"", $"\"jku\":\"{listener}@localhost/keys\"", $"\"x5u\":\"{listener}/x5u\"",
            "\"x5c\":[\"MIIB\"]", "\"x5c\":[]", "\"crit\":[]", "\"crit\":[\"exp\"]", "\"crit\":[\"b64\"],\"b64\":false", "\"crit\":null", "\"crit\":\"exp\"", "\"crit\":[\"alg\"]", "\"b64\":false", "\"b64\":true", "\"zip\":\"DEF\"",
            "\"zip\":\"none\"", "\"cty\":\"JWT\"", "\"enc\":\"A128GCM\"", "\"epk\":{}", "\"apu\":\"\"", "\"apv\":\"\"", $"\"\\u006aku\":\"{listener}/keys\"",
        ];
        foreach (var member in members) yield return ($"header with {member[..Math.Min(30, member.Length)]}", Signed($$"""{"alg":"HS256",{{member}}}""", Claims()));
        yield return ("own key embedded", Forge.Compact($$"""{"alg":"RS256","jwk":{{own}}}""", Claims(), Forge.Rs(rsa)));
        yield return ("own key by address", Forge.Compact($$"""{"alg":"RS256","kid":"own","jku":"{{listener}}/keys"}""", Claims(), Forge.Rs(rsa)));
    }

    private IEnumerable<(string, string)> HeaderForms()
    {
        string[] texts =
        [
            "", " ", "[]", "\"HS256\"", "null", "5", "{", "{}", "{}{}", """{"alg":"HS256"}x""", """{"alg":"HS256",}""", """{'alg':'HS256'}""", """{alg:"HS256"}""", """{"alg":"HS256"/**/}""", """{"alg":"HS256","x":NaN}""",
            """{"alg":"HS256","alg":"HS256"}""", """{"alg":"none","alg":"HS256"}""", """{"alg":"HS256","alg":"none"}""", """{"alg":"HS256","\u0061lg":"none"}""", """{"alg":"HS256","kid":"a","kid":"b"}""",
            """{"alg":"HS256","typ":"JWT","typ":"JWT"}""", """{"alg":"HS256","x":{"y":1,"y":2}}""", """{"alg":"HS256","x":"\ud800"}""", """{"alg":"HS256","\udc00":1}""", """{"alg":"HS256","x":"\q"}""",
            "{\"alg\":\"HS256\",\"x\":\"\0\"}", "\ufeff{\"alg\":\"HS256\"}", $$"""{"alg":"HS256","x":{{new string('[', 100)}}{{new string(']', 100)}}}""", $$"""{"alg":"HS256","x":{{new string('[', 2500)}}{{new string(']', 2500)}}}""",
            """[{"alg":"HS256"}]""",
        ];
        foreach (var text in texts) yield return ($"header {text[..Math.Min(40, text.Length)]}", Signed(text, Claims()));
        byte[][] octets = [[.. "{\"alg\":\"HS256\",\"x\":\""u8, 0xff, .. "\"}"u8], [.. "{\"alg\":\"HS256\",\"x\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8], [.. "{\"alg\":\"HS256\",\"x\":\""u8, 0xc0, 0xaf, .. "\"}"u8], Encoding.Unicode.GetBytes(Header)];
        foreach (var header in octets) yield return ($"header of octets {Convert.ToHexString(header)}", Forge.Compact(header, Encoding.UTF8.GetBytes(Claims()), Forge.Hmac(secret)));
    }

    private IEnumerable<(string, string)> Encodings()
    {
        var parts = Valid.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            foreach (var (name, change) in ((string, Func<string, string>)[])
            [
                ("padded", part => part + "="), ("padded twice", part => part + "=="), ("percent padded", part => part + "%3D"), ("with a blank inside", part => part.Insert(4, " ")), ("with a tab inside", part => part.Insert(4, "\t")),
                ("with a control character", part => part.Insert(4, "\v")), ("with a plus", part => "+" + part[1..]), ("with a slash", part => part[..^1] + "/"), ("with a question mark", part => part.Insert(4, "?")), ("with a star", part => part + "*"),
                ("with one more character", part => part + "A"), ("without its last character", part => part[..^1]), ("emptied", _ => ""), ("twice", part => part + part), ("quoted", part => $"\"{part}\""), ("with bits left over", LeftOver),
            ])
            {
                var changed = parts.ToArray();
                changed[i] = change(parts[i]);
                if (changed[i] != parts[i]) yield return ($"part {i} {name}", string.Join('.', changed));
            }
        }
    }

    private IEnumerable<(string, string)> Parts()
    {
        var parts = Valid.Split('.');
        yield return ("two parts", $"{parts[0]}.{parts[1]}");
        yield return ("one part", parts[0]);
        yield return ("four parts", $"{Valid}.{parts[2]}");
        yield return ("five parts", $"{Valid}.{parts[1]}.{parts[2]}");
        yield return ("five empty parts", "....");
        yield return ("three empty parts", "..");
        yield return ("a dot before", "." + Valid);
        yield return ("a dot behind", Valid + ".");
        yield return ("two dots", $"{parts[0]}..{parts[1]}.{parts[2]}");
        yield return ("reordered", $"{parts[1]}.{parts[0]}.{parts[2]}");
        yield return ("two tokens", $"{Valid},{Valid}");
        yield return ("the scheme twice", $"Bearer {Valid}");
        yield return ("flattened JSON", $$"""{"payload":"{{parts[1]}}","protected":"{{parts[0]}}","signature":"{{parts[2]}}"}""");
        yield return ("general JSON", $$"""{"payload":"{{parts[1]}}","signatures":[{"protected":"{{parts[0]}}","signature":"{{parts[2]}}"}]}""");
        yield return ("nested", Signed(Header, $"\"{Valid}\""));
        yield return ("more than 8 KB", Signed(Header, Claims($"\"x\":\"{new string('x', 8192)}\"")));
        yield return ("20 KB of dots", new string('.', 20_000));
        yield return ("20 KB in the first part", $"{new string('A', 20_000)}.{parts[1]}.{parts[2]}");
    }

    private IEnumerable<(string, string)> Signatures()
    {
        var parts = Valid.Split('.');
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = Forge.Hmac(secret)(signed);
        foreach (var at in (int[])[0, 15, 31])
        {
            var flipped = signature.ToArray();
            flipped[at] ^= 1;
            yield return ($"octet {at} of the signature flipped", With(flipped));
        }

        // Two octets: without one, the text can be that of the whole one without its last character.
        yield return ("a signature without its end", With(signature[..^2]));
        yield return ("half a signature", With(signature[..16]));
        yield return ("one octet of a signature", With(signature[..1]));
        yield return ("a signature and an octet", With([.. signature, 1]));
        yield return ("a zero and a signature", With([0, .. signature]));
        yield return ("a signature of zeros", With(new byte[32]));
        yield return ("a signature reversed", With([.. signature.Reverse()]));
        yield return ("a bare hash", With(SHA256.HashData(signed)));
        yield return ("a hash with the secret before it", With(SHA256.HashData([.. secret, .. signed])));
        yield return ("another secret", With(Forge.Hmac([.. Enumerable.Repeat((byte)7, 64)])(signed)));
        yield return ("no secret", With(Forge.Hmac([])(signed)));
        yield return ("the beginning of the secret", With(Forge.Hmac(secret[..32])(signed)));
        yield return ("the payload alone signed", With(Forge.Hmac(secret)(Encoding.ASCII.GetBytes(parts[1]))));
        yield return ("SHA-512 by the name of SHA-256", With(Forge.Hmac(secret, 512)(signed)));
        yield return ("the hash in hexadecimals", $"{parts[0]}.{parts[1]}.{Convert.ToHexStringLower(signature)}");
        yield return ("the signature of another payload", $"{parts[0]}.{Forge.Encode(Encoding.UTF8.GetBytes(Claims("\"role\":\"admin\"")))}.{parts[2]}");

        string With(byte[] octets) => $"{parts[0]}.{parts[1]}.{Forge.Encode(octets)}";
    }

    private IEnumerable<(string, string)> Times()
    {
        string[] wrong = ["null", "true", "\"\"", $"\"{_now + 600}\"", "[]", "{}", "-1", "1e400", "-1e400", "99999999999999999999", "253402300800"];
        foreach (var name in (string[])["exp", "nbf", "iat"])
        {
            foreach (var value in wrong) yield return ($"{name} {value}", Signed(Header, name == "exp" ? $$"""{"sub":"alice","exp":{{value}}}""" : Claims($"\"{name}\":{value}")));
        }

        yield return ("no exp", Signed(Header, """{"sub":"alice"}"""));
        yield return ("EXP", Signed(Header, $$"""{"sub":"alice","EXP":{{_now + 600}}}"""));
        yield return ("exp beyond the leeway", Signed(Header, Expiring(-61)));
        yield return ("exp an hour ago", Signed(Header, Expiring(-3600)));
        yield return ("exp 0", Signed(Header, $$"""{"sub":"alice","exp":0}"""));
        yield return ("nbf to come", Signed(Header, Claims($"\"nbf\":{_now + 500}")));
        yield return ("iat to come", Signed(Header, Claims($"\"iat\":{_now + 500}")));
        yield return ("exp before iat", Signed(Header, $$"""{"sub":"alice","iat":{{_now + 30}},"exp":{{_now + 20}}}"""));
        yield return ("exp before nbf", Signed(Header, $$"""{"sub":"alice","nbf":{{_now + 30}},"exp":{{_now + 20}}}"""));
        yield return ("lives longer than a day", Signed(Header, $$"""{"sub":"alice","iat":{{_now}},"exp":{{_now + 86_460}}}"""));
        yield return ("lives longer than a day, begun before", Signed(Header, $$"""{"sub":"alice","iat":{{_now - 86_000}},"exp":{{_now + 1000}}}"""));
        yield return ("lives longer than a day, without iat", Signed(Header, Expiring(90_000)));
        yield return ("lives for ever", Signed(Header, """{"sub":"alice","exp":253402300799}"""));
    }

    private IEnumerable<(string, string)> People()
    {
        string[] wrong = ["null", "5", "true", "{}"];
        foreach (var value in (string[])[.. wrong, "\"\"", "[\"alice\"]", $"\"{new string('s', 1100)}\""]) yield return ($"sub {value[..Math.Min(20, value.Length)]}", Signed(Header, $$"""{"sub":{{value}},"exp":{{_now + 600}}}"""));
        yield return ("no sub", Signed(Header, $$"""{"exp":{{_now + 600}}}"""));
        foreach (var value in (string[])[.. wrong, "[\"https://a\"]"]) yield return ($"iss {value}", Signed(Header, Claims($"\"iss\":{value}")));
        foreach (var value in (string[])[.. wrong, "\"cadre\"", "[\"cadre\"]", "[]", "[5]", "[\"a\",null]"]) yield return ($"aud {value}", Signed(Header, Claims($"\"aud\":{value}")));
        foreach (var value in (string[])[.. wrong, "\"\"", "[]", "[\"acme\",\"other\"]", "[5]", "{\"id\":\"acme\"}"]) yield return ($"org_id {value}", Signed(Header, Claims($"\"org_id\":{value}")));
        foreach (var value in (string[])[.. wrong, "[5]", "[[\"admin\"]]", "[\"admin\",null]", "{\"admin\":true}"])
        {
            yield return ($"roles {value}", Signed(Header, Claims($"\"roles\":{value}")));
            yield return ($"role {value}", Signed(Header, Claims($"\"role\":{value}")));
            yield return ($"scope {value}", Signed(Header, Claims($"\"scope\":{value}")));
        }
    }

    private IEnumerable<(string, string)> ClaimForms()
    {
        string[] texts =
        [
            "", " ", "[]", "\"alice\"", "null", "5", "{", Claims() + "x", Claims() + Claims(), $"[{Claims()}]", "\ufeff" + Claims(), Claims("\"sub\":\"bob\""), Claims("\"\\u0073ub\":\"bob\""), Claims($"\"exp\":{_now + 700}"),
            Claims("\"x\":{\"y\":1,\"y\":2}"), Claims("\"x\":\"\\ud800\""), Claims("\"x\":\"\\udc00\\ud800\""), Claims("\"\\ud800\":1"), Claims("\"x\":\"\0\""), Claims("\"x\":01"), Claims("\"x\":Infinity"), Claims("\"x\":1,"),
            Claims($"\"x\":{new string('[', 40)}{new string(']', 40)}"), Claims($"\"x\":{new string('[', 2500)}{new string(']', 2500)}"),
        ];
        foreach (var text in texts) yield return ($"claims {text[..Math.Min(50, text.Length)]}", Signed(Header, text));
        foreach (var octets in (byte[][])[[0xff], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf4, 0x90, 0x80, 0x80]])
        {
            yield return ($"claims with {Convert.ToHexString(octets)}", Forge.Compact(
                Encoding.UTF8.GetBytes(Header), [.. Encoding.UTF8.GetBytes(Claims()[..^1]), .. ",\"x\":\""u8, .. octets, .. "\"}"u8], Forge.Hmac(secret)));
        }

        yield return ("claims in UTF-16", Forge.Compact(Encoding.UTF8.GetBytes(Header), Encoding.Unicode.GetBytes(Claims()), Forge.Hmac(secret)));
    }

    /// <summary>Keys of other kinds where a secret is expected.</summary>
    private IEnumerable<(string, string)> Confusions()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        yield return ("RS256 of a stranger", Forge.Compact("""{"alg":"RS256"}""", Claims(), Forge.Rs(rsa)));
        yield return ("PS256 of a stranger", Forge.Compact("""{"alg":"PS256"}""", Claims(), Forge.Ps(rsa)));
        yield return ("ES256 of a stranger", Forge.Compact("""{"alg":"ES256"}""", Claims(), Forge.Es(ec)));
        foreach (var algorithm in (string[])["RS256", "ES256", "PS512", "ES512"]) yield return ($"an HMAC by the name of {algorithm}", Signed($$"""{"alg":"{{algorithm}}"}""", Claims()));
        yield return ("HS384 by the name of HS512", Forge.Compact("""{"alg":"HS512"}""", Claims(), Forge.Hmac(secret, 384)));
    }

    private string Signed(string header, string claims) => Forge.Compact(header, claims, Forge.Hmac(secret));

    private string Claims(string? more = null) => $$"""{"sub":"alice","exp":{{_now + 600}}{{(more is null ? "" : $",{more}")}}}""";

    private string Expiring(int seconds) => $$"""{"sub":"alice","exp":{{(_now + seconds).ToString(CultureInfo.InvariantCulture)}}}""";

    /// <summary>The same octets for a reader that lets the last bits pass; the same text where there are none.</summary>
    private static string LeftOver(string part)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return part.Length % 4 == 0 ? part : part[..^1] + Alphabet[Alphabet.IndexOf(part[^1], StringComparison.Ordinal) ^ 1];
    }
}
