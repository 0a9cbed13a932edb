using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cadre.Server.Identity.Tokens;

/// <summary>Tokens for trying a server out, signed with its shared secret. In production an application's own sign-in makes them.</summary>
/// <param name="User">The claim "sub".</param>
/// <param name="ExpiresAt">At most a day from now, or it is refused.</param>
public sealed record DevelopmentToken(string User, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>Null: the first organisation.</summary>
    public string? Organisation { get; init; }

    /// <summary>user, operator or admin; null: user.</summary>
    public string? Role { get; init; }

    /// <summary>What it is limited to; null: everything that the role may.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    public string? Audience { get; init; }

    /// <summary>The id that the server knows its bearer by.</summary>
    public string PersonId => Persons.IdOf(null, User);

    /// <param name="secret">As in <see cref="TokenSettings.Secret"/>.</param>
    public string Sign(ReadOnlySpan<byte> secret)
    {
        var signed = $"{Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Base64Url.EncodeToString(Claims())}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    private ReadOnlySpan<byte> Claims()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("sub", User);
        if (Audience is not null) json.WriteString("aud", Audience);
        if (Organisation is not null) json.WriteString("org_id", Organisation);
        if (Role is not null) json.WriteString("role", Role);
        if (Scopes is not null) json.WriteString("scope", string.Join(' ', Scopes));
        json.WriteNumber("iat", IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", ExpiresAt.ToUnixTimeSeconds());
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }
}
