using System.Collections.Immutable;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Tools;

/// <summary>The tools an agent is offered: those of all sources whose name one of its patterns matches.</summary>
internal static class Toolbox
{
    public const int MaxTools = 128;

    public static async ValueTask<ImmutableArray<ITool>> OfferedAsync(
        IReadOnlyList<IToolSource> sources, AgentSpec agent, Owner owner, CancellationToken cancellationToken)
    {
        if (agent.Tools.IsDefaultOrEmpty) return [];
        var offered = new Dictionary<string, ITool>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            foreach (var tool in await source.ListAsync(owner, cancellationToken))
            {
                if (offered.Count < MaxTools && agent.Tools.Any(pattern => Matches(pattern, tool.Descriptor.Name)))
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
