using System.Collections.Immutable;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Server.McpEndpoints;

/// <summary>Offers a run the tools of its owner's organisation's MCP servers. A server is only spoken to for an agent whose patterns can mean its tools.</summary>
internal sealed class OrganisationTools(LiveEndpoints live) : IToolSource
{
    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ListAsync(owner, ["*"], cancellationToken);

    public ValueTask<IReadOnlyList<ITool>> ListAsync(RunId run, RunDefinition definition, CancellationToken cancellationToken) =>
        ListAsync(definition.Owner, definition.Agent.Tools, cancellationToken);

    private async ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, ImmutableArray<string> patterns, CancellationToken cancellationToken)
    {
        var known = await live.Definitions.ListAsync(owner.Organisation, cancellationToken);
        if (known.IsEmpty || patterns.IsDefaultOrEmpty) return [];
        var meant = known.Where(endpoint => endpoint.Definition.Enabled && patterns.Any(pattern => MayMean(pattern, $"mcp__{endpoint.Name}__")));
        var lists = await Task.WhenAll(meant.Select(endpoint => OfferAsync(endpoint, owner, cancellationToken)));
        return [.. lists.SelectMany(tools => tools)];
    }

    private async Task<IEnumerable<ITool>> OfferAsync(KnownEndpoint endpoint, Owner owner, CancellationToken cancellationToken)
    {
        if (await live.IsOperatorsAsync(endpoint.Name, cancellationToken)) return [];
        var client = live.ClientOf(endpoint, owner.User);
        var listed = await client.ListAsync(live: false, cancellationToken);
        await live.Health.NoteUseAsync(endpoint, listed, cancellationToken);
        return client.Offered(listed, live.Calls);
    }

    private static bool MayMean(string pattern, string prefix)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        var literal = star < 0 ? pattern : pattern[..star];
        return literal.StartsWith(prefix, StringComparison.Ordinal) || (star >= 0 && prefix.StartsWith(literal, StringComparison.Ordinal));
    }
}
