using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Mcp.Calls;

/// <summary>A pinned tool of an MCP server, as the engine sees it.</summary>
internal sealed class McpTool(EndpointClient client, JudgedTool tool, string version, AuditedCall calls) : ITool
{
    public ToolDescriptor Descriptor { get; } = new(
        new(tool.Listed.OfferedAs, tool.Listed.Description, tool.Schema),
        tool.Listed.Effect,
        new(client.Source, version, tool.Listed.Hash))
    {
        // The endpoint's own timeout, and the time to connect anew: the call itself names what took too long.
        Timeout = client.Endpoint.Timeout + TimeSpan.FromMinutes(1),
    };

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Descriptor.Provenance.Source, Descriptor.Effect, arguments)
    {
        Hosts = client.Hosts,
        Own = client.Endpoint.Verdicts.TryGetValue(tool.Listed.Name, out var kind) ? new(kind, "mcp.endpoint", $"The endpoint {client.Endpoint.Name} is set up so.") : null,
    };

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var caller = new CallOrigin($"user:{call.Owner.User}", call.Owner, call.Run, call.CallId, new(call.Key, call.Progress));
        return (await calls.MakeAsync(client, tool.Listed, caller, call.Arguments, cancellationToken)).Result;
    }
}
