using Cadre.Server.ChatKit;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity.Tokens;
using Cadre.Server.Mcp;
using Cadre.Server.McpEndpoints;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>
/// Every request proves who sent it, by an API key or a token, except those for health and for where tokens come from. ChatKit's end users prove themselves to their face, by a session's
/// secret.
/// </summary>
internal sealed class Authentication(ServerContext context, RequestDelegate next)
{
    private const string Bearer = "Bearer ";

    public async Task InvokeAsync(HttpContext http)
    {
        if (IsOpen(http.Request.Path) || ChatCallers.HasSecret(http) || ChatUploads.HasToken(http))
        {
            await next(http);
            return;
        }

        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            await context.SignIns.FailedAsync(http, "nothing", "no_credential");
            http.Response.Headers.WWWAuthenticate = context.Challenges.Of(http, null);
            throw new ApiException(StatusCodes.Status401Unauthorized,
                "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).");
        }

        var credential = header[Bearer.Length..].Trim();
        var caller = context.Tokens is { } tokens && TokenVerifier.IsMeantFor(credential) ? await OfTokenAsync(http, tokens, credential) : await OfKeyAsync(http, credential);
        caller.Attach(http);
        await next(http);
    }

    private async ValueTask<Caller> OfKeyAsync(HttpContext http, string key)
    {
        if (await context.Keys.FindAsync(key, http.RequestAborted) is { } caller)
        {
            await context.SignIns.KeyUsedAsync(http, caller);
            return caller;
        }

        await context.SignIns.FailedAsync(http, "api_key", "unknown_key");
        throw Refused(http, "Incorrect API key provided.", "invalid_api_key");
    }

    private async ValueTask<Caller> OfTokenAsync(HttpContext http, TokenVerifier tokens, string token)
    {
        var (claims, fault) = await tokens.VerifyAsync(token, http.RequestAborted);
        if (claims is not null)
        {
            var caller = Persons.CallerOf(claims, context.Parts.Tokens!.RequestsPerMinute);
            await context.Users.SeenAsync(caller, claims, http.RequestAborted);
            return caller;
        }

        await context.SignIns.FailedAsync(http, "token", fault!);
        if (fault == TokenFaults.NoKeys)
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "Tokens cannot be checked now: their issuer does not answer.") { Type = "server_error", RetryAfter = IssuerKeys.Pause };
        throw Refused(http, fault == TokenFaults.Expired ? "The token has expired." : "The token is not valid here.", "invalid_token");
    }

    private ApiException Refused(HttpContext http, string message, string code)
    {
        http.Response.Headers.WWWAuthenticate = context.Challenges.Of(http, ("invalid_token", message));
        return new(StatusCodes.Status401Unauthorized, message) { Code = code };
    }

    private static bool IsOpen(PathString path) => path == "/healthz" || path == "/readyz" || path == "/openapi.json" || path.StartsWithSegments(ResourceMetadata.Path) || path == McpEndpointsFace.CallbackPath || path == McpEndpointsFace.ClientPath;
}
