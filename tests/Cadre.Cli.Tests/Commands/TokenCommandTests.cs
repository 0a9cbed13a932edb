using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Cadre.Cli.Settings;

namespace Cadre.Cli.Tests.Commands;

public sealed class A_development_token
{
    private const string Secret = "a secret that is long enough for HS256";

    [Fact]
    public async Task Is_printed_alone_and_says_what_was_asked()
    {
        using var cadre = new CommandRunner();
        cadre.Variables[SettingNames.JwtSecret] = Secret;
        cadre.Variables[SettingNames.JwtAudience] = "cadre";
        var result = await cadre.RunAsync("token", "--user", "alice", "--org", "acme", "--role", "admin", "--scope", "tasks:read", "--scope", "tasks:write", "--expires", "2h");
        Assert.Equal((0, ""), (result.Code, result.Error));
        var parts = Assert.Single(result.Out.TrimEnd().Split('\n')).Split('.');
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal(("alice", "acme", "admin", "tasks:read tasks:write", "cadre"), (Text("sub"), Text("org_id"), Text("role"), Text("scope"), Text("aud")));
        Assert.Equal(7200, claims.RootElement.GetProperty("exp").GetInt64() - claims.RootElement.GetProperty("iat").GetInt64());
        Assert.Equal(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}")), Base64Url.DecodeFromChars(parts[2]));

        string? Text(string name) => claims.RootElement.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Is_described_for_programs()
    {
        using var cadre = new CommandRunner();
        cadre.Variables[SettingNames.JwtSecretFile] = cadre.Write("secret", Secret + "\n");
        var result = await cadre.RunAsync("token", "--user", "alice", "--json");
        using var described = JsonDocument.Parse(result.Out);
        Assert.StartsWith("user_", described.RootElement.GetProperty("user").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, described.RootElement.GetProperty("token").GetString()!.Split('.').Length);
    }

    [Theory]
    [InlineData("CADRE_JWT_SECRET is not set", null, null, null)]
    [InlineData("has 5 bytes; it needs at least 32", "short", null, null)]
    [InlineData("Tokens of this server are made by https://login.example.com", null, "https://login.example.com", "cadre")]
    [InlineData("not both", Secret, "https://login.example.com", "cadre")]
    public async Task Is_refused_when_it_could_not_be_what_it_says(string reason, string? secret, string? issuer, string? audience)
    {
        using var cadre = new CommandRunner();
        if (secret is not null) cadre.Variables[SettingNames.JwtSecret] = secret;
        if (issuer is not null) cadre.Variables[SettingNames.JwtIssuer] = issuer;
        if (audience is not null) cadre.Variables[SettingNames.JwtAudience] = audience;
        var result = await cadre.RunAsync("token", "--user", "alice");
        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--expires", "25h")]
    [InlineData("--role", "root")]
    [InlineData("--scope", "everything")]
    public async Task Is_refused_when_no_server_would_take_it(string option, string value)
    {
        using var cadre = new CommandRunner();
        cadre.Variables[SettingNames.JwtSecret] = Secret;
        var result = await cadre.RunAsync("token", "--user", "alice", option, value);
        Assert.Equal((2, ""), (result.Code, result.Out));
    }
}

public sealed class A_server_that_takes_tokens
{
    [Theory]
    [InlineData("needs at least 32", SettingNames.JwtSecret, "short")]
    [InlineData("need an audience", SettingNames.JwtIssuer, "https://login.example.com")]
    [InlineData("is no file with a secret", SettingNames.JwtSecretFile, "nowhere")]
    public async Task Does_not_start_with_settings_that_make_it_unsafe(string reason, string name, string value)
    {
        using var cadre = new CommandRunner();
        cadre.Variables[name] = value;
        var result = await cadre.RunAsync("serve", "--urls", "http://127.0.0.1:0");
        Assert.Equal(2, result.Code);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }
}
