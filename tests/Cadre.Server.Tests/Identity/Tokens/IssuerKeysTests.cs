using System.Security.Cryptography;
using Cadre.Server.Identity.Tokens;
using Cadre.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Server.Tests.Identity.Tokens;

public sealed class The_keys_of_an_issuer : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RSA _rsa = RSA.Create(2048);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_fetched_once_for_many_who_ask()
    {
        await using var issuer = await TestIssuer.StartAsync(Forge.Jwk(_rsa, "a"));
        using var keys = Of(issuer);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => keys.KeysAsync("a", Cancellation).AsTask()));
        for (var i = 0; i < 50; i++) Assert.NotNull((await keys.KeysAsync("a", Cancellation))!.Choose("a"));
        Assert.Equal(["/.well-known/openid-configuration", "/keys"], issuer.Requests);
    }

    [Fact]
    public async Task Turn_with_the_issuer()
    {
        await using var issuer = await TestIssuer.StartAsync(Forge.Jwk(_rsa, "a"));
        using var keys = Of(issuer);
        Assert.Equal(["a"], await IdsAsync(keys, "a"));
        issuer.Keys = [Forge.Jwk(_rsa, "a"), Forge.Jwk(_rsa, "b")];
        _time.Advance(IssuerKeys.Pause);
        Assert.Equal(["a", "b"], await IdsAsync(keys, "b"));
        issuer.Keys = [Forge.Jwk(_rsa, "b")];
        _time.Advance(IssuerKeys.FreshFor);
        await keys.KeysAsync("a", Cancellation);
        await keys.Asking;
        Assert.Equal(["b"], await IdsAsync(keys, "b"));
    }

    [Fact]
    public async Task Are_not_asked_for_by_a_flood_of_unknown_ids()
    {
        await using var issuer = await TestIssuer.StartAsync(Forge.Jwk(_rsa, "a"));
        using var keys = Of(issuer);
        for (var i = 0; i < 200; i++) Assert.Null((await keys.KeysAsync($"id {i}", Cancellation))!.Choose($"id {i}"));
        Assert.Equal(2, issuer.Requests.Count);
        _time.Advance(IssuerKeys.Pause);
        for (var i = 0; i < 200; i++) await keys.KeysAsync($"id {i}", Cancellation);
        Assert.Equal(4, issuer.Requests.Count);
    }

    [Fact]
    public async Task Go_on_for_a_while_when_the_issuer_is_away_and_come_back_with_it()
    {
        await using var issuer = await TestIssuer.StartAsync(Forge.Jwk(_rsa, "a"));
        using var keys = Of(issuer);
        Assert.Equal(["a"], await IdsAsync(keys, "a"));
        issuer.Instead = http =>
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        _time.Advance(IssuerKeys.UsableFor - TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], await IdsAsync(keys, "a"));
        await keys.Asking;
        _time.Advance(IssuerKeys.Pause);
        Assert.Null(await keys.KeysAsync("a", Cancellation));
        issuer.Instead = null;
        _time.Advance(IssuerKeys.Pause);
        Assert.Equal(["a"], await IdsAsync(keys, "a"));
    }

    [Theory]
    [InlineData("another issuer")]
    [InlineData("a slash more")]
    [InlineData("no JSON")]
    [InlineData("too much")]
    [InlineData("elsewhere")]
    [InlineData("no https")]
    [InlineData("a file")]
    [InlineData("a private address")]
    [InlineData("a secret")]
    [InlineData("a member twice")]
    public async Task Are_none_when_its_documents_cannot_be_trusted(string fault)
    {
        await using var other = await TestIssuer.StartAsync(Forge.Jwk(_rsa, "a"));
        await using var issuer = await TestIssuer.StartAsync(Forge.Jwk(_rsa, "a"));
        (issuer.NamesIssuer, issuer.NamesKeys, issuer.Instead) = fault switch
        {
            "another issuer" => ("https://login.example", null, null),
            "a slash more" => (issuer.Url + "/", null, null),
            "no JSON" => (null, null, http => http.Response.WriteAsync("<html>", Cancellation)),
            "too much" => (null, null, http => http.Response.WriteAsync($"{{\"issuer\":\"{issuer.Url}\",\"x\":\"{new string('x', 300_000)}\"}}", Cancellation)),
            "elsewhere" => (null, null, http =>
            {
                http.Response.Redirect(other.Url + "/.well-known/openid-configuration");
                return Task.CompletedTask;
            }),
            "no https" => (null, "http://keys.example.com/keys", null),
            "a file" => (null, "file:///etc/passwd", null),
            "a private address" => (null, $"https://{other.Authority}/keys", null),
            "a member twice" => (null, null, http => http.Response.WriteAsync($$"""{"issuer":"https://login.example","issuer":"{{issuer.Url}}","jwks_uri":"{{issuer.Url}}/keys"}""", Cancellation)),
            _ => ((string?)null, (string?)null, (Func<HttpContext, Task>?)null),
        };
        if (fault == "a secret") issuer.Keys = [Forge.Jwk(_rsa, "a"), """{"kty":"oct","kid":"b","k":"c2VjcmV0"}"""];
        using var keys = Of(issuer);
        Assert.Null(await keys.KeysAsync("a", Cancellation));
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Are_not_looked_for_at_a_private_address_that_nobody_allowed()
    {
        await using var issuer = await TestIssuer.StartAsync(Forge.Jwk(_rsa, "a"));
        await using var server = await TestServer.StartAsync(change: parts => parts with { Tokens = new() { Issuer = issuer.Url, Audience = "cadre" } });
        using var http = server.ClientOf(Forge.Compact("""{"alg":"RS256","kid":"a"}""", "{}", Forge.Rs(_rsa)));
        using var answer = await http.GetAsync(new Uri(server.Server.Address, "api/v1/me"), Cancellation);
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Empty(issuer.Requests);
    }

    public void Dispose() => _rsa.Dispose();

    private IssuerKeys Of(TestIssuer issuer) => new(new(issuer.Url, issuer.Authority.Equals), _time, NullLogger<IssuerKeys>.Instance);

    private static async Task<IEnumerable<string?>> IdsAsync(IssuerKeys keys, string id) => (await keys.KeysAsync(id, Cancellation))!.Keys.Select(key => key.Id);
}
