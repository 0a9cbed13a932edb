using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Server.Registry;

/// <summary>Every platform tool, as runs see them. A run is offered those that its agent's patterns name.</summary>
public sealed class PlatformTools : IToolSource
{
    private IReadOnlyList<IPlatformTool> _all = [];
    private IReadOnlyList<ITool> _forRuns = [];

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<IPlatformTool> All => _all;

    public IPlatformTool? Find(string name) => _all.FirstOrDefault(tool => tool.Descriptor.Name == name);

    /// <summary>Before the start only: a face adds its tools in <c>Map</c>.</summary>
    public void Add(params IEnumerable<IPlatformTool> tools)
    {
        _all = [.. _all.Concat(tools).OrderBy(tool => tool.Descriptor.Name, StringComparer.Ordinal)];
        _forRuns = [.. _all.Where(tool => !tool.IsForPeople)];
    }

    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ValueTask.FromResult(_forRuns);
}
