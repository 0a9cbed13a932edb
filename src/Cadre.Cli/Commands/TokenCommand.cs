using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Cadre.Cli.Hosting;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Server.Identity.Tokens;
using Cadre.Server.Registry;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre token</c>: a token for trying a server out, signed with the secret that the server checks tokens against.</summary>
internal static class TokenCommand
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    public static Command Create(Surroundings surroundings)
    {
        var user = new Option<string>("--user") { Description = "Who its bearer is; the claim 'sub'.", HelpName = "id", Required = true };
        var organisation = new Option<string?>("--org") { Description = "Whose; without it, the first organisation.", HelpName = "id" };
        var role = new Option<string?>("--role") { Description = "user, operator or admin.", HelpName = "role" };
        role.AcceptOnlyFromAmong("user", "operator", "admin");
        var scopes = new Option<string[]>("--scope") { Description = "Limits it to this; may be given more than once.", HelpName = "scope" };
        scopes.AcceptOnlyFromAmong([.. Grants.All]);
        var expires = CommonOptions.Time("--expires", "How long it is valid; without it, 1h; at most a day.");
        var json = CommonOptions.Json();
        var command = new Command("token", $"Make a token for development, signed with {SettingNames.JwtSecret}.") { user, organisation, role, scopes, expires, json };
        command.SetAction(parsed =>
        {
            var settings = Settings(surroundings);
            var (now, lifetime) = (surroundings.Time.GetUtcNow(), parsed.GetValue(expires) ?? DefaultLifetime);
            if (lifetime > settings.MaxLifetime) throw new CommandRefusedException($"A token may live for {settings.MaxLifetime.TotalHours:0} hours at most; a server refuses one that lives longer.", exitCode: ExitCode.Usage);
            var token = new DevelopmentToken(parsed.GetValue(user)!, now, now + lifetime)
            {
                Organisation = parsed.GetValue(organisation),
                Role = parsed.GetValue(role),
                Scopes = parsed.GetValue(scopes) is { Length: > 0 } limits ? limits : null,
                Audience = settings.Audience,
            };
            var signed = token.Sign(settings.Secret.Span);
            surroundings.Terminal.Print(parsed.GetValue(json) ? Describe(token, signed) : signed);
            return ExitCode.Ok;
        });
        return command;
    }

    private static TokenSettings Settings(Surroundings surroundings) => TokenVariables.Read(surroundings) switch
    {
        { Issuer: null } settings => settings,
        { Issuer: { } issuer } => throw new CommandRefusedException($"Tokens of this server are made by {issuer}.", $"sign in there, or set {SettingNames.JwtSecret} instead of {SettingNames.JwtIssuer}", ExitCode.Usage),
        null => throw new CommandRefusedException($"{SettingNames.JwtSecret} is not set: there is nothing to sign a token with.", $"export {SettingNames.JwtSecret}=$(openssl rand -hex 32), for 'cadre serve' as well", ExitCode.Usage),
    };

    private static string Describe(DevelopmentToken token, string signed)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("token", signed);
        json.WriteString("user", token.PersonId);
        json.WriteString("expires_at", token.ExpiresAt);
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
