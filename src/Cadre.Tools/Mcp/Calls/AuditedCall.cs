using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Mcp.Calls;

/// <summary>Writes an mcp_invoke entry before a call and another, with status and latency, after it. A call whose first entry fails is not made.</summary>
internal sealed class AuditedCall(IAudit audit, TimeProvider time)
{
    public async ValueTask<(ToolResult Result, TimeSpan Latency)> MakeAsync(EndpointClient client, McpListedTool tool, CallOrigin caller, JsonElement arguments, CancellationToken cancellationToken)
    {
        var details = new Dictionary<string, string>
        {
            ["endpoint"] = client.Endpoint.Name,
            ["tool"] = tool.Name,
            ["source"] = client.Source,
            ["hash"] = tool.Hash,
            ["arguments_sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(arguments.GetRawText()))),
            ["organisation"] = caller.Owner.Organisation,
            ["user"] = caller.Owner.User,
            ["status"] = "started",
        };
        await audit.WriteAsync(Entry(caller, details), cancellationToken);
        var started = time.GetTimestamp();
        var (result, version) = (new ToolResult(ToolStatus.Cancelled, "Cancelled."), "unknown");
        try
        {
            (result, version) = await client.CallAsync(tool.Name, tool.Hash, arguments, caller.Frame, cancellationToken);
            return (result, time.GetElapsedTime(started));
        }
        finally
        {
            // The call was made, whether or not its caller still waits: what became of it is recorded.
            await audit.WriteAsync(
                Entry(caller, new(details)
                {
                    ["version"] = version,
                    ["status"] = result.Status.ToString().ToLowerInvariant(),
                    ["latency_ms"] = time.GetElapsedTime(started).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
                }),
                CancellationToken.None);
        }
    }

    private AuditEntry Entry(CallOrigin caller, Dictionary<string, string> details) => new(time.GetUtcNow(), AuditKinds.McpInvoke, caller.Actor, caller.Run, caller.CallId, details);
}

internal sealed record CallOrigin(string Actor, Owner Owner, RunId? Run, string? CallId, CallFrame Frame);
