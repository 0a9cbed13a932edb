using System.Collections.Immutable;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Tools;

/// <summary>The tools a run is offered: its own functions, and those of all sources whose name one of its agent's patterns matches.</summary>
internal static class Toolbox
{
    public const int MaxTools = 128;

    public static async ValueTask<ImmutableArray<ITool>> OfferedAsync(
        IReadOnlyList<IToolSource> sources, RunId run, RunDefinition definition, CancellationToken cancellationToken)
    {
        var (patterns, functions) = (definition.Agent.Tools, definition.Functions ?? []);
        if (patterns.IsDefaultOrEmpty) return [.. functions.Take(MaxTools).Select(function => new CallerTool(function))];
        var offered = new Dictionary<string, ITool>(StringComparer.Ordinal);
        foreach (var function in functions.Take(MaxTools)) offered.TryAdd(function.Name, new CallerTool(function));
        foreach (var source in sources)
        {
            foreach (var tool in await source.ListAsync(run, definition, cancellationToken))
            {
                if (offered.Count < MaxTools && patterns.Any(pattern => Matches(pattern, tool.Descriptor.Name)))
                    offered.TryAdd(tool.Descriptor.Name, tool);
            }
        }

        return [.. offered.Values];
    }

    /// <summary>'*' stands for any run of characters.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var star = pattern.IndexOf('*');
        if (star < 0) return pattern.SequenceEqual(name);
        if (!name.StartsWith(pattern[..star])) return false;
        var rest = pattern[(star + 1)..];
        for (var i = star; i <= name.Length; i++)
        {
            if (Matches(rest, name[i..])) return true;
        }

        return false;
    }
}
