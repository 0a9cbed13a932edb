using System.Globalization;
using System.Text;
using Cadre.Cli.Hosting;
using Cadre.Cli.Terminals;
using Cadre.Server.Identity.Tokens;

namespace Cadre.Cli.Settings;

/// <summary>How a server checks tokens, by the environment's variables.</summary>
internal static class TokenVariables
{
    /// <summary>Of each person who signed in; enough for a busy screen, too little for a loop gone wild.</summary>
    private const int DefaultRequestsPerMinute = 120;

    private const int MaxRequestsPerMinute = 10_000_000;
    private const int MaxSecretFile = 64 * 1024;

    /// <summary>Null: the server takes no tokens.</summary>
    /// <exception cref="CommandRefusedException">They contradict each other, or a secret is too short to be one.</exception>
    public static TokenSettings? Read(Surroundings surroundings)
    {
        var (secret, issuer) = (Secret(surroundings), Text(surroundings, SettingNames.JwtIssuer));
        if (secret is null && issuer is null) return null;
        var settings = new TokenSettings
        {
            Secret = secret is null ? default : Encoding.UTF8.GetBytes(secret),
            Issuer = issuer,
            Audience = Text(surroundings, SettingNames.JwtAudience),
            RequestsPerMinute = RequestsPerMinute(surroundings),
        };
        if (Text(surroundings, SettingNames.JwtOrganisationClaim) is { } organisation) settings = settings with { OrganisationClaims = [organisation] };
        if (Text(surroundings, SettingNames.JwtRolesClaim) is { } roles) settings = settings with { RolesClaims = [roles] };
        return settings.Problem is { } problem ? throw Refused(problem, $"see {SettingNames.JwtSecret}, {SettingNames.JwtIssuer} and {SettingNames.JwtAudience} in docs/identity.md") : settings;
    }

    private static string? Secret(Surroundings surroundings)
    {
        var (text, file) = (Text(surroundings, SettingNames.JwtSecret), Text(surroundings, SettingNames.JwtSecretFile));
        if (file is null) return text;
        if (text is not null) throw Refused($"{SettingNames.JwtSecret} and {SettingNames.JwtSecretFile} are both set.", "set one of them");
        var path = new FileInfo(Path.GetFullPath(file, surroundings.Directory));
        if (!path.Exists || path.Length > MaxSecretFile) throw Refused($"{SettingNames.JwtSecretFile}: '{file}' is no file with a secret.", "openssl rand -hex 32 > FILE");
        return File.ReadAllText(path.FullName).TrimEnd('\r', '\n');
    }

    private static int? RequestsPerMinute(Surroundings surroundings)
    {
        if (Text(surroundings, SettingNames.UserRequestsPerMinute) is not { } text) return DefaultRequestsPerMinute;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxRequestsPerMinute
            ? number
            : throw Refused($"{SettingNames.UserRequestsPerMinute}: '{text}' is no number from 1 to {MaxRequestsPerMinute}.", $"unset it for {DefaultRequestsPerMinute}");
    }

    private static string? Text(Surroundings surroundings, string name) => surroundings.Variables.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;

    private static CommandRefusedException Refused(string message, string help) => new(message, help, ExitCode.Usage);
}
