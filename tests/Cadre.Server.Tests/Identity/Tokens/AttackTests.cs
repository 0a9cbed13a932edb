using System.Security.Cryptography;
using Cadre.Server.Identity.Tokens;

namespace Cadre.Server.Tests.Identity.Tokens;

public sealed class A_token_that_must_be_refused
{
    [Fact]
    public async Task Is_refused_by_a_server_with_a_secret()
    {
        var secret = RandomNumberGenerator.GetBytes(64);
        await using var listener = await TestIssuer.StartAsync();
        await using var server = await TestServer.StartAsync(change: parts => parts with { Tokens = new() { Secret = secret }, PrivateHosts = [listener.Authority] });
        var attacks = new SecretAttacks(secret, listener.Url);
        Assert.Equal(200, await StatusAsync(server, attacks.Valid));
        Assert.InRange(await RefuseAsync(server, attacks.All()), 300, 1000);
        Assert.Empty(listener.Requests);
        Assert.Equal(200, await StatusAsync(server, attacks.Valid));
    }

    [Fact]
    public async Task Is_refused_by_a_server_with_an_issuer()
    {
        await using var listener = await TestIssuer.StartAsync();
        await using var issuer = await TestIssuer.StartAsync();
        var begun = TimeProvider.System.GetTimestamp();
        using var attacks = new IssuerAttacks(issuer.Url, listener.Url);
        issuer.Keys = attacks.Keys;
        await using var server = await TestServer.StartAsync(change: parts => parts with { Tokens = new() { Issuer = issuer.Url, Audience = "cadre" }, PrivateHosts = [listener.Authority, issuer.Authority] });
        foreach (var (name, token) in attacks.Valid()) Assert.Equal((name, 200), (name, await StatusAsync(server, token)));
        Assert.InRange(await RefuseAsync(server, attacks.All()), 150, 1000);
        Assert.Empty(listener.Requests);

        // Once to begin with, and once in each pause for the unknown keys that were named.
        Assert.InRange(issuer.Requests.Count(path => path == "/keys"), 1, 2 + (int)(TimeProvider.System.GetElapsedTime(begun) / IssuerKeys.Pause));
        foreach (var (name, token) in attacks.Valid()) Assert.Equal((name, 200), (name, await StatusAsync(server, token)));
    }

    private static async Task<int> RefuseAsync(TestServer server, IEnumerable<(string Name, string Token)> attacks)
    {
        var wrong = new List<string>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, token) in attacks)
        {
            if (!names.Add(token)) wrong.Add($"{name}: tried before");
            if (await StatusAsync(server, token) is not 401 and var status) wrong.Add($"{name}: {status}");
        }

        Assert.Empty(wrong);
        return names.Count;
    }

    private static async Task<int> StatusAsync(TestServer server, string token)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Server.Address, "api/v1/me"));
        Assert.True(request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}"));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
