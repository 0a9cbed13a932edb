using Cadre.Server.Identity;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.Server.Mcp;

/// <summary>What an endpoint offers: the platform's tools; in the host of the conformance tests their fixtures.</summary>
internal interface IMcpOffer
{
    /// <summary>Of one server of the SDK: of a session, or of a single request. Its handlers find the request's caller with <see cref="McpCaller.Of"/>.</summary>
    McpServerOptions CreateOptions();

    /// <summary>The definition of a tool as it is listed; null when it is not there. Whether the caller was granted it is asked apart.</summary>
    Tool? FindTool(string name);

    /// <summary>What a token must have been granted to call this tool; null when nothing.</summary>
    string? GrantOf(string tool);
}

/// <summary>Carries who sent a message from the request to the handlers: anew with every message, also within a session.</summary>
internal static class McpCaller
{
    private const string Item = "cadre/caller";

    public static JsonRpcMessageContext Context(Caller caller, string? version) =>
        new() { ProtocolVersion = version, Items = new Dictionary<string, object?> { [Item] = caller } };

    public static Caller Of(JsonRpcMessage message) =>
        message.Context?.Items?.TryGetValue(Item, out var caller) == true && caller is Caller found
            ? found
            : throw new InvalidOperationException("A message came to its handler without its caller.");
}
