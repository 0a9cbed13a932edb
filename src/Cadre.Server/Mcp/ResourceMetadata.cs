using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Mcp;

/// <summary>Where a client without a token learns where to get one (RFC 9728). Needs no token.</summary>
internal static class ResourceMetadata
{
    public const string Path = "/.well-known/oauth-protected-resource";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        context.Challenges.Add(McpFace.Path, http => Parameters(http.Request, context.Parts.PublicUrl, string.Join(' ', Grants.All)));
        routes.MapGet(Path, http => WriteAsync(http, context.Parts));
        routes.MapGet(Path + McpFace.Path, http => WriteAsync(http, context.Parts));
    }

    /// <summary>The identifier that tokens for a server at this address are made out to.</summary>
    public static string Of(Uri publicUrl) => Root(publicUrl) + McpFace.Path;

    /// <summary>Of the header <c>WWW-Authenticate</c>: what to ask for, and where.</summary>
    public static string Parameters(HttpRequest request, Uri? publicUrl, string scope) =>
        $"resource_metadata=\"{Root(request, publicUrl)}{Path}{McpFace.Path}\", scope=\"{scope}\"";

    private static string Root(HttpRequest request, Uri? publicUrl) => publicUrl is null ? $"{request.Scheme}://{request.Host.Value}" : Root(publicUrl);

    private static string Root(Uri publicUrl) => publicUrl.AbsoluteUri.TrimEnd('/');

    private static Task WriteAsync(HttpContext http, ServerParts parts) => Respond.WriteAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteString("resource", Root(http.Request, parts.PublicUrl) + McpFace.Path);
        json.WriteString("resource_name", "Cadre");
        if (parts.Tokens?.Issuer is { } issuer)
        {
            json.WriteStartArray("authorization_servers");
            json.WriteStringValue(issuer);
            json.WriteEndArray();
        }

        json.WriteStartArray("scopes_supported");
        foreach (var grant in Grants.All) json.WriteStringValue(grant);
        json.WriteEndArray();
        json.WriteStartArray("bearer_methods_supported");
        json.WriteStringValue("header");
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
