using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.Connections;
using Cadre.Tools.Mcp.Pins;
using ModelContextProtocol.Protocol;

namespace Cadre.Tools.Mcp.Calls;

/// <summary>What an endpoint lists, each tool judged by what was pinned.</summary>
/// <param name="Latency">Of the list; null when there is none.</param>
internal sealed record EndpointTools(McpStatus Status, string Reason, Link? Link, TimeSpan? Latency, ImmutableArray<JudgedTool> Tools)
{
    public static EndpointTools None(McpStatus status, string reason) => new(status, reason, null, null, []);

    public JudgedTool? Find(string name) => Tools.FirstOrDefault(tool => tool.Listed.Name == name);
}

/// <param name="Definition">Canonical JSON.</param>
internal sealed record JudgedTool(McpListedTool Listed, string Definition, JsonElement Schema)
{
    /// <summary>Null when approval would not help.</summary>
    public ToolPin? Pin(DateTimeOffset at, string by) => Definition.Length <= Suspicion.MaxDefinitionChars ? new(Listed.Hash, Definition, at, by) : null;
}

internal static class ToolJudgement
{
    private const int MaxShownDescription = Suspicion.MaxDescriptionChars;

    /// <param name="pin">Null at first sight: what is not suspicious is offered.</param>
    public static ImmutableArray<JudgedTool> Judge(McpEndpoint endpoint, IEnumerable<Tool> tools, EndpointPin? pin) =>
    [
        .. tools.GroupBy(tool => tool.Name).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Judge(endpoint, [.. group], pin)),
    ];

    private static JudgedTool Judge(McpEndpoint endpoint, Tool[] sameName, EndpointPin? pin)
    {
        var tool = sameName[0];
        var definition = ToolFingerprint.Definition(tool);
        var hash = ToolFingerprint.Hash(definition);
        var pinned = pin?.Tools?.GetValueOrDefault(tool.Name);
        var (state, reason) = State(endpoint, tool, definition, pinned?.Hash == hash, pinned, pin);
        if (sameName.Skip(1).Any(other => ToolFingerprint.Definition(other) != definition))
        {
            (state, reason) = (McpToolState.Quarantined, "The server lists two different tools of this name.");
        }

        var diff = pinned is not null && pinned.Hash != hash ? DefinitionDiff.Between(pinned.Definition, definition) : "";
        return new(
            new(
                endpoint.Name,
                PlainText.OneLine(tool.Name, Suspicion.MaxNameChars) == tool.Name ? tool.Name : PlainText.OneLine(tool.Name, Suspicion.MaxNameChars) + "?",
                ToolNames.Of(endpoint.Name, tool.Name),
                state,
                PlainText.Of(tool.Description ?? tool.Title ?? "", MaxShownDescription),
                endpoint.Effects.GetValueOrDefault(tool.Name, Effect.Unsafe),
                ToolFingerprint.HintText(tool.Annotations),
                hash,
                reason,
                diff),
            definition,
            tool.InputSchema.Clone());
    }

    private static (McpToolState State, string Reason) State(McpEndpoint endpoint, Tool tool, string definition, bool approved, ToolPin? pinned, EndpointPin? pin)
    {
        if (endpoint.Tools?.Contains(tool.Name) == false) return (McpToolState.NotAllowed, "Not among the tools that the endpoint is allowed.");
        if (Suspicion.IsUnusable(tool, definition)) return (McpToolState.Quarantined, $"Cannot be offered: {Suspicion.About(tool, definition)}.");
        if (approved) return (McpToolState.Offered, "");
        var suspicion = Suspicion.About(tool, definition) is { } about ? $" Beware: {about}." : "";
        if (pinned is not null) return (McpToolState.Quarantined, $"Its definition changed since it was pinned on {pinned.At:yyyy-MM-dd}.{suspicion}");
        if (suspicion.Length > 0) return (McpToolState.Quarantined, $"Not taken without a person's look.{suspicion}");
        if (pin?.Tools is not null) return (McpToolState.Quarantined, $"It appeared after the endpoint was pinned on {pin.At:yyyy-MM-dd}.");
        return (McpToolState.Offered, "");
    }
}
