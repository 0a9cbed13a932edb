using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Bundles;

/// <param name="Workspace">What a tool with <c>workspace: read</c> or <c>write</c> sees.</param>
/// <param name="AllowNetwork">ALLOW_NET: without it no tool is given the network, whatever its manifest says.</param>
/// <param name="ScratchDirectory">Under it each call of a tool without the workspace gets an empty directory of its own, gone after the call.</param>
public sealed record BundleToolOptions(string Workspace, string ScratchDirectory, bool AllowNetwork);

/// <summary>The tools of the installed bundles. A bundle whose content does not verify offers nothing.</summary>
public sealed class BundleTools(BundleStore store, ISandbox sandbox, BundleToolOptions options) : IToolSource
{
    /// <summary>Throws <see cref="InvalidDataException"/> when the store's index is damaged.</summary>
    public async ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken)
    {
        var tools = new List<ITool>();
        foreach (var bundle in await store.ListAsync(cancellationToken))
        {
            if (await store.MismatchAsync(bundle, cancellationToken) is not null) continue;
            if (await store.ManifestAsync(bundle, cancellationToken) is not { } manifest) continue;
            tools.AddRange(manifest.Tools.Select(tool => new BundleTool(bundle, tool, store, sandbox, options)));
        }

        return tools;
    }
}
