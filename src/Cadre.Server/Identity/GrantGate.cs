using Cadre.Server.Http;
using Cadre.Server.Registry;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>
/// A token that is limited to some grants reaches what they name over HTTP, as it does by tools, and nothing else. The MCP server asks by itself, tool by tool; a chat and what concerns
/// the caller alone are open to every token, and a chat offers the tools that the token's grants allow.
/// </summary>
internal sealed class GrantGate(RequestDelegate next)
{
    /// <summary>No token is limited to it: keys, webhooks, servers, policies and the audit are for tokens and keys without a limit.</summary>
    private const string Everything = "";

    private static readonly PathString[] Open = ["/mcp", "/api/v1/chat", "/api/v1/me", "/api/v1/usage"];

    public Task InvokeAsync(HttpContext http)
    {
        if (Caller.TryOf(http) is not { IsLimited: true } caller || Needed(http.Request) is not { } needed || caller.Has(needed)) return next(http);
        // RFC 6750, section 3.1.
        http.Response.Headers.WWWAuthenticate = needed == Everything ? "Bearer error=\"insufficient_scope\"" : $"Bearer error=\"insufficient_scope\", scope=\"{needed}\"";
        throw new ApiException(StatusCodes.Status403Forbidden, needed == Everything ? "A token that is limited to some scopes may not do this." : $"The token was not granted '{needed}'.")
        {
            Code = "insufficient_scope",
        };
    }

    private static string? Needed(HttpRequest request)
    {
        var (path, reads) = (request.Path, HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));
        if (!reads && path.Value!.Contains("/approvals", StringComparison.OrdinalIgnoreCase)) return Grants.ApprovalsDecide;
        if (path.StartsWithSegments("/api/v1/tasks")) return reads ? Grants.TasksRead : Grants.TasksWrite;
        if (path.StartsWithSegments("/v1") || path.StartsWithSegments("/api/v1/sessions")) return reads ? Grants.AssistantsRead : Grants.AssistantsRun;
        return Array.Exists(Open, open => path.StartsWithSegments(open)) ? null : Everything;
    }
}
