using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Cadre.McpConformance;

internal static class FixtureResources
{
    public static IList<Resource> All { get; } =
    [
        new() { Uri = "test://static-binary", Name = "static-binary", Description = "An image.", MimeType = "image/png" },
        new() { Uri = "test://static-text", Name = "static-text", Description = "A text.", MimeType = "text/plain" },
        new() { Uri = "test://watched-resource", Name = "watched-resource", Description = "A text to subscribe to.", MimeType = "text/plain" },
    ];

    public static ResourceTemplate Template { get; } = new() { UriTemplate = "test://template/{id}/data", Name = "template", Description = "Data for an id.", MimeType = "application/json" };

    public static ReadResourceResult Read(string uri, TimeSpan lasts)
    {
        ResourceContents contents = uri switch
        {
            "test://static-text" => Text(uri, "text/plain", "This is the content of the static text resource."),
            "test://static-binary" => BlobResourceContents.FromBytes(Convert.FromBase64String(FixtureJson.Png), uri, "image/png"),
            "test://watched-resource" => Text(uri, "text/plain", "Nothing has changed."),
            _ when uri.Split('/') is ["test:", "", "template", var id, "data"] =>
                Text(uri, "application/json", new JsonObject { ["id"] = id, ["templateTest"] = true, ["data"] = $"Data for ID: {id}" }.ToJsonString()),
            _ => throw NotFound(uri),
        };
        return new() { Contents = [contents], TimeToLive = lasts, CacheScope = CacheScope.Private };
    }

    private static TextResourceContents Text(string uri, string type, string text) => new() { Uri = uri, MimeType = type, Text = text };

    private static McpProtocolException NotFound(string uri) => new("Resource not found.", McpErrorCode.ResourceNotFound) { Data = { ["uri"] = uri } };
}
