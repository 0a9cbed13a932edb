using System.Text.Json;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ModelContextProtocol.Protocol;

namespace Cadre.Server.Mcp;

/// <summary>One message as it came: read strictly, and checked against its headers.</summary>
/// <param name="Id">Of a request; null for notifications and answers.</param>
/// <param name="Version">The revision of the protocol that the request names; null when it names none.</param>
/// <param name="PerRequest">The request stands for itself: no session has anything to do with it.</param>
internal sealed record McpPost(JsonRpcMessage Message, JsonElement? Id, string? Version, bool PerRequest)
{
    public const int MaxBytes = 4 << 20;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = RequestBody.MaxDepth, AllowDuplicateProperties = false };

    /// <exception cref="McpRefusal">It is no message, or its headers say something else than its body.</exception>
    public static async ValueTask<McpPost> ReadAsync(HttpContext http, IMcpOffer offer)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || type.MediaType != Respond.Json)
            throw new McpRefusal(StatusCodes.Status415UnsupportedMediaType, McpRefusal.InvalidRequest, "Content-Type must be application/json.");
        RequireAccept(http, Respond.Json, EventStreamType);
        var bytes = await RequestBody.ReadBytesAsync(http, MaxBytes);
        var root = Parse(bytes);
        if (root.ValueKind == JsonValueKind.Array) throw Invalid("Batches are not supported: send one message a request.");
        if (root.ValueKind != JsonValueKind.Object) throw Invalid("The body must be a JSON-RPC message.");
        var message = Deserialize(root);
        var id = message is JsonRpcRequest && root.TryGetProperty("id", out var value) ? value : (JsonElement?)null;
        var headers = new McpHeaders(http.Request.Headers, root, id);
        return new(message, id, headers.Version, headers.Check(offer));
    }

    /// <exception cref="McpRefusal">406.</exception>
    public static void RequireAccept(HttpContext http, params IEnumerable<string> types)
    {
        var accepted = MediaTypeHeaderValue.TryParseList(http.Request.Headers.Accept, out var parsed) ? parsed : [];
        foreach (var type in types)
        {
            var wanted = new MediaTypeHeaderValue(type);
            if (!accepted.Any(offered => wanted.IsSubsetOf(offered)))
                throw new McpRefusal(StatusCodes.Status406NotAcceptable, McpRefusal.ServerError, $"Accept must list {string.Join(" and ", types)}.");
        }
    }

    public const string EventStreamType = "text/event-stream";

    private static JsonElement Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            throw new McpRefusal(StatusCodes.Status400BadRequest, McpRefusal.ParseError,
                $"The body is no JSON, is deeper than {RequestBody.MaxDepth} levels, or has a member twice (line {(fault.LineNumber ?? 0) + 1}, byte {(fault.BytePositionInLine ?? 0) + 1}).");
        }
    }

    private static JsonRpcMessage Deserialize(JsonElement root)
    {
        try
        {
            return root.Deserialize(McpJson.Message) ?? throw Invalid("The body must be a JSON-RPC message.");
        }
        catch (JsonException)
        {
            throw Invalid("The body is no JSON-RPC 2.0 message.");
        }
    }

    private static McpRefusal Invalid(string why) => new(StatusCodes.Status400BadRequest, McpRefusal.InvalidRequest, why);
}
