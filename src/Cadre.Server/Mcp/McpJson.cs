using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Cadre.Server.Mcp;

/// <summary>The SDK's own rules for its messages.</summary>
internal static class McpJson
{
    public static JsonTypeInfo<JsonRpcMessage> Message { get; } = (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    public static JsonTypeInfo<JsonRpcError> Error { get; } = (JsonTypeInfo<JsonRpcError>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcError));
}
