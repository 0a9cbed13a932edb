using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cadre.Server.Tests.Identity.Tokens;

/// <summary>An OpenID Connect issuer on a socket: its discovery document, its keys, and what was asked of it.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestIssuer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>As a server's settings allow it.</summary>
    public string Authority => new Uri(Url).Authority;

    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>JSON of each key in the set.</summary>
    public IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>What the discovery document says; null: the truth.</summary>
    public string? NamesIssuer { get; set; }

    /// <inheritdoc cref="NamesIssuer"/>
    public string? NamesKeys { get; set; }

    /// <summary>Answers in place of everything.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    public static async Task<TestIssuer> StartAsync(params string[] keys)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var issuer = new TestIssuer(app) { Keys = keys };
        app.Run(issuer.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        Requests.Enqueue(http.Request.Path);
        if (Instead is { } instead)
        {
            await instead(http);
            return;
        }

        var body = http.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => $$"""{"issuer":"{{NamesIssuer ?? Url}}","jwks_uri":"{{NamesKeys ?? $"{Url}/keys"}}","id_token_signing_alg_values_supported":["RS256"]}""",
            "/keys" => $$"""{"keys":[{{string.Join(',', Keys)}}]}""",
            _ => null,
        };
        if (body is null) http.Response.StatusCode = StatusCodes.Status404NotFound;
        else await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), http.RequestAborted);
    }
}
