using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Mcp;

/// <summary>The headers that repeat what a body says, so that what lies between can route by them: from 2026-07-28 on they must be there and agree.</summary>
/// <param name="root">The message.</param>
/// <param name="id">The request's.</param>
internal sealed class McpHeaders(IHeaderDictionary headers, JsonElement root, JsonElement? id)
{
    public const string VersionHeader = "MCP-Protocol-Version";
    public const string SessionHeader = "Mcp-Session-Id";
    private const string MethodHeader = "Mcp-Method";
    private const string NameHeader = "Mcp-Name";
    private const string ParameterPrefix = "Mcp-Param-";
    private const string ParameterMark = "x-mcp-header";
    private const string MetaPrefix = "io.modelcontextprotocol/";
    private const string EncodedStart = "=?base64?";
    private const string EncodedEnd = "?=";

    public string? Version { get; } = Text(headers, VersionHeader);

    private string? Method => Member(root, "method");

    private JsonElement Parameters => root.TryGetProperty("params", out var value) ? value : default;

    private JsonElement Meta => Parameters.ValueKind == JsonValueKind.Object && Parameters.TryGetProperty("_meta", out var value) ? value : default;

    /// <summary>Whether the message stands for itself.</summary>
    /// <exception cref="McpRefusal">Headers and body disagree, or say too little.</exception>
    public bool Check(IMcpOffer offer)
    {
        var inBody = Member(Meta, MetaPrefix + "protocolVersion");
        if (Version is not null && inBody is not null && Version != inBody) throw Mismatch($"{VersionHeader} is '{Version}', and the body says '{inBody}'.");
        if ((Version ?? inBody) is not { } version) return false;
        if (McpVersions.Handshake.Contains(version) && inBody is null) return false;
        if (!McpVersions.PerRequest.Contains(version))
        {
            throw new McpRefusal(StatusCodes.Status400BadRequest, McpRefusal.UnsupportedVersion, $"The protocol version '{version}' is not supported.")
            {
                Id = id, Versions = (version, McpVersions.PerRequest),
            };
        }

        if (Version is null) throw Mismatch($"The header {VersionHeader} is missing.");
        if (id is not null) RequireMeta(inBody);
        if (Method is not null) CheckMethod();
        CheckParameters(offer);
        return true;
    }

    private void RequireMeta(string? version)
    {
        if (version is null) throw Missing("protocolVersion");
        if (Meta.ValueKind != JsonValueKind.Object || !Meta.TryGetProperty(MetaPrefix + "clientCapabilities", out var capabilities) || capabilities.ValueKind != JsonValueKind.Object)
            throw Missing("clientCapabilities");
    }

    private void CheckMethod()
    {
        if (Text(headers, MethodHeader) is not { } method) throw Mismatch($"The header {MethodHeader} is missing.");
        if (method != Method) throw Mismatch($"{MethodHeader} is '{method}', and the body says '{Method}'.");
        var name = Method switch
        {
            "tools/call" or "prompts/get" => "name",
            "resources/read" => "uri",
            _ => null,
        };
        if (name is null || Member(Parameters, name) is not { } named) return;
        if (Text(headers, NameHeader) is not { } header) throw Mismatch($"The header {NameHeader} is missing.");
        if (Decoded(header) != named) throw Mismatch($"{NameHeader} is '{header}', and the body says '{named}'.");
    }

    /// <summary>Arguments that a tool's schema wants in headers too.</summary>
    private void CheckParameters(IMcpOffer offer)
    {
        if (Method != "tools/call" || Member(Parameters, "name") is not { } tool || offer.FindTool(tool) is not { } definition) return;
        if (definition.InputSchema.ValueKind != JsonValueKind.Object || !definition.InputSchema.TryGetProperty("properties", out var properties)) return;
        var arguments = Parameters.TryGetProperty("arguments", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        foreach (var property in properties.EnumerateObject())
        {
            if (Member(property.Value, ParameterMark) is not { } suffix) continue;
            var header = Text(headers, ParameterPrefix + suffix);
            var argument = arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(property.Name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;
            if (argument.ValueKind == JsonValueKind.Undefined)
            {
                if (header is not null) throw Mismatch($"{ParameterPrefix}{suffix} is there, and the argument '{property.Name}' is not.");
            }
            else if (header is null)
            {
                throw Mismatch($"The header {ParameterPrefix}{suffix} is missing.");
            }
            else if (!Says(Decoded(header), argument))
            {
                throw Mismatch($"{ParameterPrefix}{suffix} says something else than the argument '{property.Name}'.");
            }
        }
    }

    private static bool Says(string? header, JsonElement argument) => argument.ValueKind switch
    {
        JsonValueKind.String => header == argument.GetString(),
        JsonValueKind.True => header == "true",
        JsonValueKind.False => header == "false",
        JsonValueKind.Number => decimal.TryParse(header, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && argument.TryGetDecimal(out var said) && number == said,
        _ => false,
    };

    /// <summary>Null when it claims to be encoded and is not.</summary>
    private static string? Decoded(string header)
    {
        if (!header.StartsWith(EncodedStart, StringComparison.Ordinal) || !header.EndsWith(EncodedEnd, StringComparison.Ordinal)) return header;
        var encoded = header[EncodedStart.Length..^EncodedEnd.Length];
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length)) return null;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.AsSpan(0, length));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string? Text(IHeaderDictionary headers, string name) => headers.TryGetValue(name, out var values) ? values.ToString().Trim() : null;

    private static string? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private McpRefusal Mismatch(string why) => new(StatusCodes.Status400BadRequest, McpRefusal.HeaderMismatch, $"Header mismatch: {why}") { Id = id };

    private McpRefusal Missing(string what) => new(StatusCodes.Status400BadRequest, McpRefusal.InvalidParams, $"params._meta must have '{MetaPrefix}{what}'.") { Id = id };
}
