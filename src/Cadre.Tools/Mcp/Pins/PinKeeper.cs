using System.Collections.Concurrent;
using System.Collections.Immutable;
using Cadre.Engine.Ports;
using Cadre.Tools.Mcp.Calls;
using Cadre.Tools.Mcp.Configuration;
using ModelContextProtocol.Protocol;

namespace Cadre.Tools.Mcp.Pins;

/// <summary>Applies the rule of pins: taken at first sight, changed only by a person, each step in the audit.</summary>
internal sealed class PinKeeper(IPins store, IAudit audit, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, byte> _reported = [];

    /// <summary>Null, or why the endpoint is not even started: another command or address than the one that was pinned.</summary>
    public async ValueTask<string?> AddressChangeAsync(McpEndpoint endpoint, CancellationToken cancellationToken) =>
        await store.FindAsync(endpoint.Name, cancellationToken) is { } pin && pin.Address != EndpointPin.AddressHash(endpoint)
            ? PlainText.OneLine($"It was '{pin.Shown}' and is now '{endpoint.Address}'; it waits for 'cadre mcp approve {endpoint.Name}'.", Reason.MaxChars)
            : null;

    public async ValueTask<ImmutableArray<JudgedTool>> JudgeAsync(McpEndpoint endpoint, IEnumerable<Tool> tools, CancellationToken cancellationToken)
    {
        Tool[] all = [.. tools];
        var pin = await store.FindAsync(endpoint.Name, cancellationToken);
        if (pin?.Tools is null)
        {
            await store.ChangeAsync(endpoint.Name, current => current?.Tools is null ? FirstSight(endpoint, all) : current, cancellationToken);
            pin = await store.FindAsync(endpoint.Name, cancellationToken);
            await ReportAsync(endpoint, "pinned", [.. ToolJudgement.Judge(endpoint, all, pin).Where(tool => tool.Listed.State == McpToolState.Offered)], "system", cancellationToken);
        }

        var judged = ToolJudgement.Judge(endpoint, all, pin);
        await ReportAsync(endpoint, "quarantined", [.. judged.Where(tool => tool.Listed.State == McpToolState.Quarantined)], "system", cancellationToken);
        return judged;
    }

    /// <summary>Accepts the endpoint's address as it is now.</summary>
    public async ValueTask ApproveAddressAsync(McpEndpoint endpoint, string actor, CancellationToken cancellationToken)
    {
        await AuditAsync(endpoint, "address_approved", "", EndpointPin.AddressHash(endpoint), actor, cancellationToken);
        await store.ChangeAsync(endpoint.Name, pin => EndpointPin.Of(endpoint, time.GetUtcNow()) with { Tools = pin?.Tools }, cancellationToken);
    }

    /// <summary>Accepts these definitions, exactly as they were listed.</summary>
    public async ValueTask ApproveAsync(McpEndpoint endpoint, IReadOnlyList<JudgedTool> tools, string actor, CancellationToken cancellationToken)
    {
        foreach (var tool in tools) await AuditAsync(endpoint, "approved", tool.Listed.Name, tool.Listed.Hash, actor, cancellationToken);
        await store.ChangeAsync(
            endpoint.Name,
            current =>
            {
                var pin = current ?? EndpointPin.Of(endpoint, time.GetUtcNow());
                var accepted = new SortedDictionary<string, ToolPin>(pin.Tools ?? [], StringComparer.Ordinal);
                foreach (var tool in tools)
                {
                    if (tool.Pin(time.GetUtcNow(), actor) is { } accept) accepted[tool.Listed.Name] = accept;
                }

                return pin with { Tools = accepted };
            },
            cancellationToken);
    }

    public ValueTask ForgetAsync(string endpoint, CancellationToken cancellationToken) => store.ChangeAsync(endpoint, _ => null, cancellationToken);

    private EndpointPin FirstSight(McpEndpoint endpoint, Tool[] tools)
    {
        var accepted = new SortedDictionary<string, ToolPin>(StringComparer.Ordinal);
        foreach (var tool in ToolJudgement.Judge(endpoint with { Tools = null }, tools, pin: null))
        {
            if (tool.Listed.State == McpToolState.Offered && tool.Pin(time.GetUtcNow(), "first sight") is { } pin) accepted[tool.Listed.Name] = pin;
        }

        return EndpointPin.Of(endpoint, time.GetUtcNow()) with { Tools = accepted };
    }

    private async ValueTask ReportAsync(McpEndpoint endpoint, string action, IReadOnlyList<JudgedTool> tools, string actor, CancellationToken cancellationToken)
    {
        foreach (var tool in tools)
        {
            if (!_reported.TryAdd($"{action}\0{endpoint.Name}\0{tool.Listed.Name}\0{tool.Listed.Hash}", 0)) continue;
            await AuditAsync(endpoint, action, tool.Listed.Name, tool.Listed.Hash, actor, cancellationToken);
        }
    }

    private ValueTask AuditAsync(McpEndpoint endpoint, string action, string tool, string hash, string actor, CancellationToken cancellationToken) =>
        audit.WriteAsync(
            new(time.GetUtcNow(), AuditKinds.McpPin, actor, null, null, new Dictionary<string, string>
            {
                ["endpoint"] = endpoint.Name,
                ["action"] = action,
                ["tool"] = tool,
                ["hash"] = hash,
            }),
            cancellationToken);
}
