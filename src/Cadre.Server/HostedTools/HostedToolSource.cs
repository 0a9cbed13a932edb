using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Server.HostedTools;

/// <summary>The tools that run on this server and depend on the run: file search, code interpreter, MCP servers that the request names.</summary>
internal sealed class HostedToolSource(IReadOnlyList<IHostedTool> hosted) : IToolSource
{
    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<ITool>>([]);

    public async ValueTask<IReadOnlyList<ITool>> ListAsync(RunId run, RunDefinition definition, CancellationToken cancellationToken)
    {
        if (!definition.Metadata.ContainsKey(HostedToolSettings.Tools)) return [];
        var tools = new List<ITool>();
        foreach (var tool in hosted) tools.AddRange(await tool.ListAsync(run, definition, cancellationToken));
        return tools;
    }
}

/// <summary>A tool type of OpenAI's protocols that this server runs itself.</summary>
public interface IHostedTool
{
    /// <summary>What the run may use of it, by <see cref="HostedToolSettings"/>; empty when the run does not ask for it.</summary>
    ValueTask<IReadOnlyList<ITool>> ListAsync(RunId run, RunDefinition definition, CancellationToken cancellationToken);
}
