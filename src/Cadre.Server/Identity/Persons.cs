using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cadre.Engine.Tools;
using Cadre.Server.Identity.Tokens;
using Cadre.Server.Registry;

namespace Cadre.Server.Identity;

/// <summary>Who the bearer of a token is here.</summary>
internal static class Persons
{
    private const int HashBytes = 20;
    private const int MaxOrganisation = 100;

    /// <summary>The person that a token speaks of, with what it may do.</summary>
    public static Caller CallerOf(TokenClaims claims, int? requestsPerMinute)
    {
        var (organisation, user) = (OrganisationOf(claims), IdOf(claims.Issuer, claims.Subject));
        return new(organisation, user, $"{organisation}/{user}", RoleOf(claims.Roles), requestsPerMinute)
        {
            Grants = claims.Scopes is { } scopes ? Grants.All.Where(scopes.Contains).ToHashSet(StringComparer.Ordinal) : null,
        };
    }

    /// <summary>The same for the same issuer and subject, for ever; says neither.</summary>
    public static string IdOf(string? issuer, string subject) => Owner.PersonPrefix + Hash(issuer ?? "", subject);

    /// <summary>Null when there is no such role.</summary>
    public static Role? RoleNamed(string name) => name switch
    {
        "user" => Role.User,
        "operator" => Role.Operator,
        "admin" => Role.Administrator,
        _ => null,
    };

    public static string NameOf(Role role) => role switch
    {
        Role.Operator => "operator",
        Role.Administrator => "admin",
        _ => "user",
    };

    /// <summary>Whether it may stand in paths, headers and logs as it is.</summary>
    public static bool IsOrganisation(string name) => name.Length is > 0 and <= MaxOrganisation && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static string OrganisationOf(TokenClaims claims) => claims.Organisation switch
    {
        null => ApiKeys.FirstOrganisation,
        var name when IsOrganisation(name) => name,
        var name => $"org-{Hash(claims.Issuer ?? "", name)}",
    };

    /// <summary>The highest of those that are known here.</summary>
    private static Role RoleOf(IEnumerable<string> names) => names.Select(RoleNamed).Max() ?? Role.User;

    /// <summary>Over both with their lengths: no two pairs look alike.</summary>
    private static string Hash(string first, string second)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, Encoding.UTF8.GetByteCount(first));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(length);
        hash.AppendData(Encoding.UTF8.GetBytes(first));
        hash.AppendData(Encoding.UTF8.GetBytes(second));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, HashBytes));
    }
}
