using System.Collections.Immutable;
using System.Text.Json;

namespace Cadre.Server.Identity.Tokens;

/// <summary>What a token says about its bearer, once its signature was checked.</summary>
/// <param name="Issuer">Null: it names none, which only a shared secret allows.</param>
/// <param name="Subject">Opaque: only its hash is used as a name.</param>
internal sealed record TokenClaims(string? Issuer, string Subject)
{
    private const int MaxText = 1024;
    private const int MaxNames = 200;
    private const double MaxTime = 253_402_300_799;

    /// <summary>For clocks that differ.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(60);

    public string? Organisation { get; init; }
    public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>Null: the token limits nothing.</summary>
    public ImmutableArray<string>? Scopes { get; init; }

    /// <summary>For display.</summary>
    public string? Name { get; init; }

    /// <inheritdoc cref="Name"/>
    public string? Email { get; init; }

    /// <returns>One of <see cref="TokenFaults"/>; null: they are fine.</returns>
    public static string? Read(JsonElement json, TokenSettings settings, DateTimeOffset now, out TokenClaims claims)
    {
        claims = null!;
        if (!Text(json, "iss", out var issuer) || !Text(json, "sub", out var subject) || subject is not { Length: > 0 }) return TokenFaults.BadClaims;
        if (!Names(json, "aud", out var audience)) return TokenFaults.BadClaims;
        if (settings.Issuer is not null && !string.Equals(issuer, settings.Issuer, StringComparison.Ordinal)) return TokenFaults.BadIssuer;
        if (settings.Audience is null ? audience is not null : audience?.Any(settings.IsAudience) != true) return TokenFaults.BadAudience;
        if (CheckTimes(json, settings.MaxLifetime, now) is { } fault) return fault;
        if (!First(json, settings.OrganisationClaims, out var organisation) || organisation is { Length: not 1 } or [""]) return TokenFaults.BadClaims;
        if (!First(json, settings.RolesClaims, out var roles) || !Scope(json, out var scopes)) return TokenFaults.BadClaims;
        claims = new(issuer, subject)
        {
            Organisation = organisation is [var one] ? one : null,
            Roles = roles ?? [],
            Scopes = scopes,
            Name = Shown(json, "name") ?? Shown(json, "preferred_username"),
            Email = Shown(json, "email"),
        };
        return null;
    }

    private static string? CheckTimes(JsonElement json, TimeSpan maxLifetime, DateTimeOffset now)
    {
        if (!Time(json, "exp", out var expires) || !Time(json, "nbf", out var notBefore) || !Time(json, "iat", out var issued) || expires is not { } end) return TokenFaults.BadClaims;
        if (end <= now - Leeway) return TokenFaults.Expired;
        if (notBefore > now + Leeway || issued > now + Leeway) return TokenFaults.NotYetValid;
        var begin = issued ?? now - Leeway;
        if (end <= (notBefore ?? begin) || end <= begin) return TokenFaults.BadClaims;
        return end - begin > maxLifetime + (issued is null ? Leeway : TimeSpan.Zero) ? TokenFaults.LivesTooLong : null;
    }

    /// <summary>False: it is there and no number of seconds since 1970 (RFC 7519 §2).</summary>
    private static bool Time(JsonElement json, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!json.TryGetProperty(name, out var value)) return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || !(seconds is >= 0 and <= MaxTime)) return false;
        time = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(seconds);
        return true;
    }

    private static bool Text(JsonElement json, string name, out string? text)
    {
        text = null;
        if (!json.TryGetProperty(name, out var value)) return true;
        if (value.ValueKind != JsonValueKind.String) return false;
        text = value.GetString()!;
        return text.Length <= MaxText;
    }

    private static bool Names(JsonElement json, string name, out ImmutableArray<string>? names)
    {
        names = null;
        if (!json.TryGetProperty(name, out var value)) return true;
        JsonElement[] parts = value.ValueKind switch
        {
            JsonValueKind.String => [value],
            JsonValueKind.Array when value.GetArrayLength() <= MaxNames => [.. value.EnumerateArray()],
            _ => [default],
        };
        if (parts.Any(part => part.ValueKind != JsonValueKind.String || part.GetString()!.Length > MaxText)) return false;
        names = [.. parts.Select(part => part.GetString()!)];
        return true;
    }

    private static bool First(JsonElement json, ImmutableArray<string> claims, out ImmutableArray<string>? names)
    {
        names = null;
        foreach (var claim in claims)
        {
            if (!Names(json, claim, out names)) return false;
            if (names is not null) return true;
        }

        return true;
    }

    /// <summary>RFC 8693 §4.2 has words between spaces; some issuers write "scp", a text or an array.</summary>
    private static bool Scope(JsonElement json, out ImmutableArray<string>? scopes)
    {
        if (!First(json, ["scope", "scp"], out scopes)) return false;
        if (scopes is { } texts) scopes = [.. texts.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        return true;
    }

    private static string? Shown(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= MaxNames } text ? text : null;
}
