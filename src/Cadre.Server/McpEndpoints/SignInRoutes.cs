using System.Net;
using System.Text;
using Cadre.Engine.Ports;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Tools.Mcp.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.McpEndpoints;

/// <summary>A user signs in to an endpoint, in two requests with a browser between them, and out.</summary>
internal sealed class SignInRoutes(ServerContext context)
{
    private readonly LiveEndpoints _live = context.McpEndpoints;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(McpEndpointsFace.Path + "/{name}/sign-in", BeginAsync);
        routes.MapDelete(McpEndpointsFace.Path + "/{name}/sign-in", EndAsync);
        routes.MapGet(McpEndpointsFace.CallbackPath, CompleteAsync);
        routes.MapGet(McpEndpointsFace.ClientPath, DescribeAsync);
    }

    private async Task BeginAsync(HttpContext http)
    {
        var (endpoint, user) = await FindAsync(http);
        try
        {
            var pending = await _live.Of(endpoint).BeginAsync(user, http.RequestAborted);
            await AuditAsync(endpoint, user, "sign_in_begun", new() { ["issuer"] = pending.Issuer }, http.RequestAborted);
            var until = await _live.Pending.AddAsync(endpoint, user, pending, http.RequestAborted);
            await Respond.WriteAsync(http, json =>
            {
                json.WriteStartObject();
                json.WriteString("authorization_url", pending.AuthorizationUrl);
                json.WriteString("expires_at", until);
                json.WriteEndObject();
            });
        }
        catch (Exception failure) when (failure is OAuthException or HttpRequestException)
        {
            throw new ApiException(StatusCodes.Status502BadGateway, $"The sign-in to '{endpoint.Name}' cannot be begun: {failure.Message}") { Code = "sign_in_unavailable" };
        }
    }

    private async Task EndAsync(HttpContext http)
    {
        var (endpoint, user) = await FindAsync(http);
        await AuditAsync(endpoint, user, "signed_out", [], http.RequestAborted);
        await _live.Of(endpoint).SignOutAsync(user, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>The browser is back. Its user proved nothing to this server: the state says who began, once.</summary>
    private async Task CompleteAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var answer = new SignInAnswer(Text(query["code"]), Text(query["state"]), Text(query["iss"]), Text(query["error"]));
        if (await _live.Pending.TakeAsync(answer.State, http.RequestAborted) is not var (endpoint, user, pending))
        {
            await PageAsync(http, StatusCodes.Status400BadRequest, "Not signed in.", "This sign-in is not known here, is over, or was used already. Begin it anew.");
            return;
        }

        try
        {
            await _live.Of(endpoint).CompleteAsync(user, pending, answer, http.RequestAborted);
        }
        catch (OAuthException failure)
        {
            await AuditAsync(endpoint, user, "sign_in_failed", new() { ["issuer"] = pending.Issuer, ["reason"] = failure.Message }, http.RequestAborted);
            await PageAsync(http, StatusCodes.Status400BadRequest, "Not signed in.", failure.Message);
            return;
        }

        await AuditAsync(endpoint, user, "signed_in", new() { ["issuer"] = pending.Issuer, ["scope"] = pending.Scope ?? "" }, http.RequestAborted);
        await PageAsync(http, StatusCodes.Status200OK, "Signed in.", $"Agents may now use '{endpoint.Name}' for you. You can close this window.");
    }

    /// <summary>What this server is as an OAuth client, for authorization servers that read it (CIMD).</summary>
    private Task DescribeAsync(HttpContext http) => Respond.WriteAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteString("client_id", _live.ClientDocument.AbsoluteUri);
        json.WriteString("client_name", "Cadre");
        json.WriteStartArray("redirect_uris");
        json.WriteStringValue(_live.RedirectUri.AbsoluteUri);
        json.WriteEndArray();
        json.WriteStartArray("grant_types");
        json.WriteStringValue("authorization_code");
        json.WriteStringValue("refresh_token");
        json.WriteEndArray();
        json.WriteStartArray("response_types");
        json.WriteStringValue("code");
        json.WriteEndArray();
        json.WriteString("token_endpoint_auth_method", "none");
        json.WriteString("application_type", "web");
        json.WriteEndObject();
    });

    /// <exception cref="ApiException">404 and 409, and 403 where only an administrator signs in for everybody.</exception>
    private async ValueTask<(KnownEndpoint Endpoint, string User)> FindAsync(HttpContext http)
    {
        var endpoint = await McpEndpointsFace.FindAsync(http, _live);
        if (!endpoint.Definition.Enabled) throw ApiException.Conflict($"'{endpoint.Name}' is disabled.", "endpoint_disabled");
        return endpoint.Definition.SignIn switch
        {
            SignInMode.User => (endpoint, Caller.Of(http).User),
            SignInMode.Organisation => (endpoint, Caller.Administrator(http) is not null ? EndpointDefinition.Everybody : ""),
            _ => throw ApiException.Conflict($"'{endpoint.Name}' is not signed in to.", "no_sign_in"),
        };
    }

    private static string? Text(string? value) => value is { Length: > 0 and <= 4096 } ? value : null;

    private static Task PageAsync(HttpContext http, int status, string title, string text)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        var html = $"<!doctype html><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1><p>{WebUtility.HtmlEncode(text)}</p>\n";
        return Respond.BytesAsync(http, Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8", status);
    }

    private ValueTask AuditAsync(KnownEndpoint endpoint, string user, string action, Dictionary<string, string> details, CancellationToken cancellationToken)
    {
        details["endpoint"] = endpoint.Name;
        details["action"] = action;
        details["organisation"] = endpoint.Organisation;
        details["user"] = user;
        return context.Engine.Audit.WriteAsync(new(context.Time.GetUtcNow(), AuditKinds.McpEndpoint, $"user:{user}", null, null, details), cancellationToken);
    }
}
