using System.Text.Json;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Mcp;

/// <summary>A message that is not handed on: answered with this HTTP status and this JSON-RPC error.</summary>
internal sealed class McpRefusal(int status, int code, string message) : Exception(message)
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;

    /// <summary>Of the kind that the protocol leaves to servers.</summary>
    public const int ServerError = -32000;

    /// <summary>Not in the specification; what the official SDKs answer and know.</summary>
    public const int SessionNotFound = -32001;

    public const int HeaderMismatch = -32020;
    public const int MissingClientCapability = -32021;
    public const int UnsupportedVersion = -32022;

    public int Status => status;

    /// <summary>Of the request; null when it had none or was not read that far.</summary>
    public JsonElement? Id { get; init; }

    /// <summary>The versions that are supported, for <see cref="UnsupportedVersion"/>.</summary>
    public (string Requested, IReadOnlyList<string> Supported)? Versions { get; init; }

    /// <summary>The header <c>WWW-Authenticate</c>.</summary>
    public string? Challenge { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public static McpRefusal NoSession(JsonElement? id) => new(StatusCodes.Status404NotFound, SessionNotFound, "Session not found.") { Id = id };

    public Task WriteAsync(HttpContext http)
    {
        if (Challenge is not null) http.Response.Headers.WWWAuthenticate = Challenge;
        if (RetryAfter is { } delay) http.Response.Headers.RetryAfter = ((int)delay.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Respond.WriteAsync(http, Write, Status);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc", "2.0");
        json.WritePropertyName("id");
        if (Id is { } id) id.WriteTo(json);
        else json.WriteNullValue();
        json.WriteStartObject("error");
        json.WriteNumber("code", code);
        json.WriteString("message", Message);
        if (Versions is { } versions)
        {
            json.WriteStartObject("data");
            json.WriteString("requested", versions.Requested);
            json.WriteStartArray("supported");
            foreach (var version in versions.Supported) json.WriteStringValue(version);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
