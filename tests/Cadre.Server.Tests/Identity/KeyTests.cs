using System.Text.Json;
using Cadre.Server.Hosting;

namespace Cadre.Server.Tests.Identity;

public sealed class An_API_key
{
    [Fact]
    public async Task Is_shown_once_listed_by_its_hint_and_taken_back()
    {
        await using var server = await TestServer.StartAsync();
        var (status, made) = await server.SendAsync(HttpMethod.Post, Keys(server), """{"name":"ci","organisation":"acme"}""");
        Assert.Equal(201, status);
        using var acme = server.ClientOf(Secret(made));
        Assert.Equal(404, (await TestServer.SendAsync(acme, HttpMethod.Get, "nowhere")).Status);
        var listed = await server.SendAsync(HttpMethod.Get, Keys(server));
        Assert.DoesNotContain(Secret(made), listed.Body.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(made.GetProperty("id").GetString()!, listed.Body.GetRawText(), StringComparison.Ordinal);

        var (_, own) = await server.SendAsync(HttpMethod.Post, Keys(server), """{"name":"mine"}""");
        Assert.Equal(204, (await server.SendAsync(HttpMethod.Delete, $"{Keys(server)}/{own.GetProperty("id").GetString()}")).Status);
        using var gone = server.ClientOf(Secret(own));
        Assert.Equal(401, (await TestServer.SendAsync(gone, HttpMethod.Get, "nowhere")).Status);
    }

    [Fact]
    public async Task Of_a_user_manages_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var (_, made) = await server.SendAsync(HttpMethod.Post, Keys(server), """{"name":"app"}""");
        using var app = server.ClientOf(Secret(made));
        foreach (var (method, path) in new[] { (HttpMethod.Get, "api/v1/keys"), (HttpMethod.Get, "api/v1/webhooks"), (HttpMethod.Post, "policies/reload") })
            Assert.Equal(403, (await TestServer.SendAsync(app, method, new Uri(server.Server.Address, path).ToString())).Status);
    }

    [Fact]
    public async Task Of_another_organisations_administrator_makes_none_for_others()
    {
        await using var server = await TestServer.StartAsync();
        var (_, made) = await server.SendAsync(HttpMethod.Post, Keys(server), """{"name":"boss","organisation":"acme","administrator":true}""");
        using var boss = server.ClientOf(Secret(made));
        Assert.Equal(403, (await TestServer.SendAsync(boss, HttpMethod.Post, Keys(server), """{"name":"x","organisation":"default"}""")).Status);
        Assert.Equal(201, (await TestServer.SendAsync(boss, HttpMethod.Post, Keys(server), """{"name":"x"}""")).Status);
        Assert.Equal(2, (await TestServer.SendAsync(boss, HttpMethod.Get, Keys(server))).Body.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task With_a_limit_is_told_when_to_come_back()
    {
        await using var server = await TestServer.StartAsync();
        var (_, made) = await server.SendAsync(HttpMethod.Post, Keys(server), """{"name":"slow","requests_per_minute":2}""");
        using var slow = server.ClientOf(Secret(made));
        Assert.Equal(404, (await TestServer.SendAsync(slow, HttpMethod.Get, "nowhere")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(slow, HttpMethod.Get, "nowhere")).Status);
        using var refused = await slow.GetAsync("nowhere", TestContext.Current.CancellationToken);
        Assert.Equal(429, (int)refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal("0", Assert.Single(refused.Headers.GetValues("x-ratelimit-remaining-requests")));
        Assert.StartsWith("req_", Assert.Single(refused.Headers.GetValues("x-request-id")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_made_by_the_first_start_only()
    {
        await using var server = await TestServer.StartAsync(change: WithoutBootstrap);
        var first = server.Server.FirstKey;
        Assert.StartsWith("sk-cadre-", first, StringComparison.Ordinal);
        await server.RestartAsync(WithoutBootstrap);
        Assert.Null(server.Server.FirstKey);
        using var http = server.ClientOf(first!);
        Assert.Equal(404, (await TestServer.SendAsync(http, HttpMethod.Get, "nowhere")).Status);
    }

    private static ServerParts WithoutBootstrap(ServerParts parts) => parts with { BootstrapKey = null };

    private static string Keys(TestServer server) => new Uri(server.Server.Address, "api/v1/keys").ToString();

    private static string Secret(JsonElement made) => made.GetProperty("key").GetString()!;
}
