using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Cadre.McpFixture;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Tests.McpEndpoints;

/// <summary>An MCP server that wants a token, before the fixture's own, and the authorization server that gives it: both on one loopback socket.</summary>
internal sealed class GuardedHub : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly FixtureHttp _behind;
    private readonly HttpClient _forward = new();
    private readonly ConcurrentDictionary<string, (string User, string Challenge, string Redirect)> _codes = [];
    private readonly ConcurrentDictionary<string, string> _access = [];
    private readonly ConcurrentDictionary<string, string> _refresh = [];
    private int _refreshes;

    private GuardedHub(FixtureHttp behind)
    {
        _behind = behind;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.MapPost("/mcp", McpAsync);
        _application.MapGet("/.well-known/oauth-protected-resource/mcp", http => JsonAsync(http, $$"""{"resource":"{{Resource ?? Url}}","authorization_servers":["{{Root}}"]}"""));
        _application.MapGet("/.well-known/oauth-authorization-server", http => JsonAsync(http, Metadata ?? $$"""
            {"issuer":"{{Root}}","authorization_endpoint":"{{Root}}/authorize","token_endpoint":"{{TokenEndpoint ?? $"{Root}/token"}}","registration_endpoint":"{{Root}}/register",
             "code_challenge_methods_supported":["S256"],"authorization_response_iss_parameter_supported":true,"token_endpoint_auth_methods_supported":["client_secret_basic"]}
            """));
        _application.MapPost("/register", http => JsonAsync(http, """{"client_id":"cadre","client_secret":"registered-secret-0123456789","token_endpoint_auth_method":"client_secret_basic"}"""));
        _application.MapGet("/authorize", Authorize);
        _application.MapPost("/token", TokenAsync);
    }

    public string Root => _application.Urls.First();

    public string Url => $"{Root}/mcp";

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>What the metadata say instead of the truth.</summary>
    public string? Resource { get; set; }

    public string? Metadata { get; set; }

    public string? TokenEndpoint { get; set; }

    /// <summary>How the authorization server names itself in its answer.</summary>
    public string? Iss { get; set; }

    public bool KeepsRefreshTokenToItself { get; set; }

    public int Refreshes => _refreshes;

    /// <summary>Whose token each call of a tool carried.</summary>
    public ConcurrentQueue<string> Callers { get; } = [];

    /// <summary>Every token, code and secret that was ever given.</summary>
    public ConcurrentQueue<string> Given { get; } = new(["registered-secret-0123456789"]);

    /// <summary>Every Authorization header that arrived at the MCP server.</summary>
    public ConcurrentQueue<string> Headers { get; } = [];

    public static async Task<GuardedHub> StartAsync(FixtureHttp behind)
    {
        var hub = new GuardedHub(behind);
        await hub._application.StartAsync(TestContext.Current.CancellationToken);
        return hub;
    }

    public void RevokeAll()
    {
        _access.Clear();
        _refresh.Clear();
    }

    public void ExpireAccess() => _access.Clear();

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _forward.Dispose();
        await _behind.DisposeAsync();
    }

    private async Task McpAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        Headers.Enqueue(header);
        if (!header.StartsWith("Bearer ", StringComparison.Ordinal) || !_access.TryGetValue(header["Bearer ".Length..], out var user))
        {
            http.Response.StatusCode = 401;
            http.Response.Headers.WWWAuthenticate = $"Bearer resource_metadata=\"{Root}/.well-known/oauth-protected-resource/mcp\", scope=\"tools\"";
            return;
        }

        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        if (body.Contains("\"tools/call\"", StringComparison.Ordinal)) Callers.Enqueue(user);
        using var request = new HttpRequestMessage(HttpMethod.Post, _behind.Url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in http.Request.Headers.Where(each => each.Key.StartsWith("Mcp-", StringComparison.OrdinalIgnoreCase) || each.Key == "Accept")) request.Headers.TryAddWithoutValidation(name, value.ToString());
        using var response = await _forward.SendAsync(request, http.RequestAborted);
        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    /// <summary>Whoever is named by the query's "login" consents at once.</summary>
    private Task Authorize(HttpContext http)
    {
        var query = http.Request.Query;
        var code = Secret("code");
        Assert.Equal(("S256", Url, "code"), (query["code_challenge_method"].ToString(), query["resource"].ToString(), query["response_type"].ToString()));
        _codes[code] = (query["login"].ToString(), query["code_challenge"].ToString(), query["redirect_uri"].ToString());
        http.Response.StatusCode = 302;
        http.Response.Headers.Location = $"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}&iss={Uri.EscapeDataString(Iss ?? Root)}";
        return Task.CompletedTask;
    }

    private async Task TokenAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var proven = http.Request.Headers.Authorization == "Basic " + Convert.ToBase64String("cadre:registered-secret-0123456789"u8);
        var user = form["grant_type"] == "refresh_token" ? OfRefresh(form["refresh_token"].ToString()) : OfCode(form);
        if (!proven || user is null || form["resource"] != Url)
        {
            http.Response.StatusCode = 400;
            await JsonAsync(http, """{"error":"invalid_grant"}""");
            return;
        }

        var (access, refresh) = (Secret("access"), Secret("refresh"));
        _access[access] = user;
        var rotated = form["grant_type"] != "refresh_token" || !KeepsRefreshTokenToItself;
        if (rotated) _refresh[refresh] = user;
        else _refresh[form["refresh_token"].ToString()] = user;
        await JsonAsync(http, $$"""{"access_token":"{{access}}","token_type":"bearer","expires_in":{{(int)Lifetime.TotalSeconds}}{{(rotated ? $",\"refresh_token\":\"{refresh}\"" : "")}}}""");
    }

    private string? OfRefresh(string token)
    {
        Interlocked.Increment(ref _refreshes);
        return _refresh.TryRemove(token, out var user) ? user : null;
    }

    private string? OfCode(IFormCollection form) =>
        _codes.TryRemove(form["code"].ToString(), out var given) && given.Redirect == form["redirect_uri"]
        && given.Challenge == Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) ? given.User : null;

    private string Secret(string kind)
    {
        var secret = $"{kind}-{Guid.NewGuid():n}";
        Given.Enqueue(secret);
        return secret;
    }

    private static Task JsonAsync(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json, http.RequestAborted);
    }
}
