using System.Text;
using System.Text.Json;
using Cadre.Server.Identity;
using Cadre.Server.Identity.Tokens;

namespace Cadre.Server.Tests.Identity.Tokens;

/// <summary>At the second, where a request over HTTP cannot be aimed.</summary>
public sealed class The_claims_of_a_token
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private static readonly TokenSettings Settings = new() { Secret = new byte[TokenSettings.MinSecretBytes] };

    [Theory]
    [InlineData(-59, null, null, null)]
    [InlineData(-60, null, null, TokenFaults.Expired)]
    [InlineData(600, 60, null, null)]
    [InlineData(600, 61, null, TokenFaults.NotYetValid)]
    [InlineData(600, null, 60, null)]
    [InlineData(600, null, 61, TokenFaults.NotYetValid)]
    [InlineData(86_400, null, 0, null)]
    [InlineData(86_401, null, 0, TokenFaults.LivesTooLong)]
    [InlineData(86_400, null, null, null)]
    [InlineData(86_401, null, null, TokenFaults.LivesTooLong)]
    [InlineData(10, null, 20, TokenFaults.BadClaims)]
    [InlineData(10, 20, 0, TokenFaults.BadClaims)]
    public void Count_to_the_second_with_a_minute_for_clocks_that_differ(int expires, int? notBefore, int? issued, string? fault)
    {
        var claims = $"\"exp\":{At(expires)}";
        if (notBefore is { } from) claims += $",\"nbf\":{At(from)}";
        if (issued is { } at) claims += $",\"iat\":{At(at)}";
        Assert.Equal(fault, Read(claims, Settings).Fault);
    }

    [Theory]
    [InlineData("", "default", Role.User)]
    [InlineData(",\"org\":\"acme\"", "acme", Role.User)]
    [InlineData(",\"org\":\"other\",\"org_id\":\"acme\"", "acme", Role.User)]
    [InlineData(",\"role\":\"admin\"", "default", Role.Administrator)]
    [InlineData(",\"roles\":[\"viewer\",\"operator\",\"user\"]", "default", Role.Operator)]
    [InlineData(",\"roles\":[],\"role\":\"admin\"", "default", Role.User)]
    [InlineData(",\"role\":\"Admin\"", "default", Role.User)]
    [InlineData(",\"role\":\"authenticated\",\"email\":5,\"name\":null", "default", Role.User)]
    public void Give_organisation_and_role(string more, string organisation, Role role)
    {
        var caller = CallerOf(more, Settings);
        Assert.Equal((organisation, role), (caller.Organisation, caller.Role));
        Assert.Null(caller.Grants);
    }

    [Fact]
    public void Are_looked_for_by_other_names_when_an_operator_says_so()
    {
        var settings = Settings with { OrganisationClaims = ["https://acme.example/tenant"], RolesClaims = ["groups"] };
        var caller = CallerOf(",\"https://acme.example/tenant\":\"acme\",\"org_id\":\"other\",\"groups\":\"operator\",\"roles\":[\"admin\"]", settings);
        Assert.Equal(("acme", Role.Operator), (caller.Organisation, caller.Role));
    }

    [Theory]
    [InlineData(",\"scope\":\"tasks:read openid tasks:write\"", "tasks:read tasks:write")]
    [InlineData(",\"scope\":\"openid\"", "")]
    [InlineData(",\"scope\":\"\"", "")]
    [InlineData(",\"scp\":[\"tasks:read\",\"approvals:decide\"]", "approvals:decide tasks:read")]
    [InlineData(",\"scope\":\"tasks:read\",\"scp\":\"tasks:write\"", "tasks:read")]
    public void Limit_a_token_to_the_scopes_that_are_known(string more, string grants) =>
        Assert.Equal(grants, string.Join(' ', CallerOf(more, Settings).Grants!.Order(StringComparer.Ordinal)));

    private static long At(int seconds) => Now.ToUnixTimeSeconds() + seconds;

    private static (TokenClaims? Claims, string? Fault) Read(string claims, TokenSettings settings)
    {
        using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes($"{{\"sub\":\"alice\",{claims}}}"));
        var fault = TokenClaims.Read(json.RootElement, settings, Now, out var read);
        return (read, fault);
    }

    private static Caller CallerOf(string more, TokenSettings settings) => Persons.CallerOf(Read($"\"exp\":{At(600)}{more}", settings).Claims!, null);
}
