using System.Globalization;
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

/// <summary>A user signs in to an endpoint, in three requests with a browser between the first two, and out.</summary>
internal sealed class SignInRoutes(ServerContext context)
{
    /// <summary>Longest body of a confirmation.</summary>
    private const int MaxBody = 4096;

    private readonly LiveEndpoints _live = context.McpEndpoints;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(McpEndpointsFace.Path + "/{name}/sign-in", BeginAsync);
        routes.MapPost(McpEndpointsFace.Path + "/{name}/sign-in/confirm", ConfirmAsync);
        routes.MapDelete(McpEndpointsFace.Path + "/{name}/sign-in", EndAsync);
        routes.MapGet(McpEndpointsFace.CallbackPath, AnswerAsync);
        routes.MapGet(McpEndpointsFace.ClientPath, DescribeAsync);
    }

    private async Task BeginAsync(HttpContext http)
    {
        var who = await FindAsync(http);
        try
        {
            var pending = await _live.Of(who.Endpoint).BeginAsync(who.Holder, http.RequestAborted);
            await AuditAsync(who, "sign_in_begun", new() { ["issuer"] = pending.Issuer }, http.RequestAborted);
            var until = await _live.Pending.AddAsync(who, pending, http.RequestAborted);
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
            throw Unavailable($"The sign-in to '{who.Endpoint.Name}' cannot be begun: {failure.Message}");
        }
    }

    private async Task EndAsync(HttpContext http)
    {
        var who = await FindAsync(http);
        await AuditAsync(who, "signed_out", [], http.RequestAborted);
        await _live.Pending.RemoveAsync(who, http.RequestAborted);
        await _live.Of(who.Endpoint).SignOutAsync(who.Holder, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>
    /// The browser is back. Whose it is nobody knows: who began may have made somebody else open the address and consent. So nothing is finished here: the browser is shown a
    /// code, which only reaches who began if the one who consented gives it to them.
    /// </summary>
    private async Task AnswerAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var answer = new SignInAnswer(Text(query["code"]), Text(query["state"]), Text(query["iss"]), Text(query["error"]));
        if (await _live.Pending.AnswerAsync(answer, http.RequestAborted) is not { } answered)
        {
            await PageAsync(http, StatusCodes.Status400BadRequest, "Not signed in.", "This sign-in is not known here, is over, or was used already. Begin it anew.");
            return;
        }

        if (answered.Code is not { } code)
        {
            var reason = answered.Failure ?? "";
            await AuditAsync(answered.Who, "sign_in_failed", new() { ["issuer"] = answered.Issuer, ["reason"] = reason }, http.RequestAborted);
            await PageAsync(http, StatusCodes.Status400BadRequest, "Not signed in.", reason);
            return;
        }

        await AuditAsync(answered.Who, "sign_in_answered", new() { ["issuer"] = answered.Issuer }, http.RequestAborted);
        await PageAsync(
            http, StatusCodes.Status200OK, "One more step", $"To let agents use '{answered.Who.Endpoint.Name}' for you, give this code to the app in which you began to sign in:", code,
            "Give it to nobody else: whoever has it may use your account there. If you began nothing, or somebody sent you here, close this page.");
    }

    private async Task ConfirmAsync(HttpContext http)
    {
        var who = await FindAsync(http);
        var code = (await RequestBody.ReadAsync(http, MaxBody)).RequiredText("code", ConfirmationCode.MaxText, 1);
        switch (await _live.Pending.ConfirmAsync(who, code, http.RequestAborted))
        {
            case Confirmation.Taken(var pending, var answer):
                await CompleteAsync(who, pending, answer, http.RequestAborted);
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            case Confirmation.Wrong(var issuer, var left):
                await AuditAsync(who, "sign_in_failed", new() { ["issuer"] = issuer, ["reason"] = $"A wrong confirmation code; tries left: {left}." }, http.RequestAborted);
                throw left > 0
                    ? ApiException.BadRequest($"The code is wrong. Tries left: {left}.", "code", "wrong_code")
                    : ApiException.Conflict("The code is wrong, and was the last try: the sign-in is over. Begin it anew.", "sign_in_void");
            case Confirmation.Early:
                throw ApiException.Conflict("The browser is not back yet: open the authorization_url first.", "sign_in_not_answered");
            default:
                throw ApiException.NotFound($"You have no sign-in to '{who.Endpoint.Name}' under way. Begin one.", "name", "sign_in_not_found");
        }
    }

    private async ValueTask CompleteAsync(SigningIn who, PendingSignIn pending, SignInAnswer answer, CancellationToken cancellationToken)
    {
        try
        {
            await _live.Of(who.Endpoint).CompleteAsync(who.Holder, pending, answer, cancellationToken);
        }
        catch (Exception failure) when (failure is OAuthException or HttpRequestException)
        {
            await AuditAsync(who, "sign_in_failed", new() { ["issuer"] = pending.Issuer, ["reason"] = failure.Message }, cancellationToken);
            throw Unavailable($"The sign-in to '{who.Endpoint.Name}' cannot be finished, and is over: {failure.Message}");
        }

        await AuditAsync(who, "signed_in", new() { ["issuer"] = pending.Issuer, ["scope"] = pending.Scope ?? "" }, cancellationToken);
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
    private async ValueTask<SigningIn> FindAsync(HttpContext http)
    {
        var endpoint = await McpEndpointsFace.FindAsync(http, _live);
        if (!endpoint.Definition.Enabled) throw ApiException.Conflict($"'{endpoint.Name}' is disabled.", "endpoint_disabled");
        var caller = endpoint.Definition.SignIn == SignInMode.Organisation ? Caller.Administrator(http) : Caller.Of(http);
        return LiveEndpoints.UserOf(endpoint, caller.User) is { } holder
            ? new(endpoint, caller.User, holder)
            : throw ApiException.Conflict($"'{endpoint.Name}' is not signed in to.", "no_sign_in");
    }

    private static ApiException Unavailable(string message) => new(StatusCodes.Status502BadGateway, message) { Code = "sign_in_unavailable" };

    private static string? Text(string? value) => value is { Length: > 0 and <= 4096 } ? value : null;

    private static Task PageAsync(HttpContext http, int status, string title, params ReadOnlySpan<string> paragraphs)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        var html = new StringBuilder($"<!doctype html><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1>");
        foreach (var paragraph in paragraphs) html.Append(CultureInfo.InvariantCulture, $"\n<p>{WebUtility.HtmlEncode(paragraph)}</p>");
        return Respond.BytesAsync(http, Encoding.UTF8.GetBytes(html.Append('\n').ToString()), "text/html; charset=utf-8", status);
    }

    private ValueTask AuditAsync(SigningIn who, string action, Dictionary<string, string> details, CancellationToken cancellationToken)
    {
        details["endpoint"] = who.Endpoint.Name;
        details["action"] = action;
        details["organisation"] = who.Endpoint.Organisation;
        details["user"] = who.User;
        details["for"] = who.Holder;
        return context.Engine.Audit.WriteAsync(new(context.Time.GetUtcNow(), AuditKinds.McpEndpoint, $"user:{who.User}", null, null, details), cancellationToken);
    }
}
