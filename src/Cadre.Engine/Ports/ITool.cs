using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Ports;

public interface ITool
{
    ToolDescriptor Descriptor { get; }

    /// <summary>
    /// What a call with these arguments would touch, for the policy to judge. Pure. Arguments are valid against the schema, but not more than that.
    /// </summary>
    CallFacts Facts(JsonElement arguments) =>
        new(Descriptor.Name, Descriptor.Provenance.Source, Descriptor.Effect, arguments);

    /// <summary>Never throws for a failure that the model could act on; returns <see cref="ToolResult.Failed"/>.</summary>
    ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken);

    /// <summary>
    /// Finds out, without changing anything, whether an interrupted call happened. Null when that cannot be known; a result when it did
    /// happen; <see cref="Probed.DidNotHappen"/> when it certainly did not.
    /// </summary>
    ValueTask<Probed?> ProbeAsync(ToolCall call, CancellationToken cancellationToken) => ValueTask.FromResult<Probed?>(null);
}

/// <param name="Result">Of the call that did happen; null when it did not.</param>
public sealed record Probed(ToolResult? Result)
{
    public static Probed DidNotHappen { get; } = new((ToolResult?)null);
}

/// <summary>Where tools come from: the workspace, MCP servers, bundles, the caller of the API.</summary>
public interface IToolSource
{
    /// <summary>The tools this owner may be offered now. Names are unique within a source; the first source wins over later ones.</summary>
    ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken);

    /// <summary>The tools this run may be offered now; sources whose tools depend on the run (its files, its servers) answer here.</summary>
    ValueTask<IReadOnlyList<ITool>> ListAsync(RunId run, RunDefinition definition, CancellationToken cancellationToken) => ListAsync(definition.Owner, cancellationToken);
}
