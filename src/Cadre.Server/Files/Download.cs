using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Cadre.Server.Files;

/// <summary>Gives out what somebody uploaded: as something to keep, never as a page that a browser would run in the server's name.</summary>
internal static class Download
{
    private const string Plain = "text/plain; charset=utf-8";
    private static readonly FileExtensionContentTypeProvider Types = new();

    /// <summary>Whole or by range (RFC 9110, section 14).</summary>
    /// <param name="content">Seekable; closed.</param>
    public static async Task SendAsync(HttpContext http, Stream content, string name, string hash)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.Headers.CacheControl = "private, no-cache";
        var result = TypedResults.Stream(content, TypeOf(name), name, entityTag: new EntityTagHeaderValue($"\"{hash}\""), enableRangeProcessing: true);
        await result.ExecuteAsync(http);
    }

    /// <summary>By the name. What a browser would run is text.</summary>
    public static string TypeOf(string name) => !Types.TryGetContentType(name, out var type)
        ? "application/octet-stream"
        : type switch
        {
            "text/html" or "application/xhtml+xml" or "image/svg+xml" or "text/xml" or "application/xml" or "text/javascript" or "application/javascript" => Plain,
            _ when type.StartsWith("text/", StringComparison.Ordinal) => $"{type}; charset=utf-8",
            _ => type,
        };
}
