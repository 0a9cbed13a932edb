using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Bundles;

/// <summary>bundle.yaml: what a bundle is, which tools it brings, and the hash of every other file in it.</summary>
/// <param name="Files">SHA-256 (hex) by path in the bundle; exactly the files that are there, without bundle.yaml.</param>
public sealed record BundleManifest(
    string Name,
    string Version,
    string Description,
    ImmutableArray<BundleToolDefinition> Tools,
    ImmutableSortedDictionary<string, string> Files)
{
    public const string FileName = "bundle.yaml";

    /// <summary>Bytes of bundle.yaml.</summary>
    public const int MaxBytes = 256 << 10;

    public const int MaxTools = 64;

    /// <summary>Null, and the place and reason, when the text is not a manifest.</summary>
    public static BundleManifest? Parse(ReadOnlyMemory<byte> utf8, out BundleProblem? problem) => BundleManifestReader.Read(utf8, out problem);
}

/// <param name="Line">From 1; 0 when the problem is not one of bundle.yaml's text.</param>
public sealed record BundleProblem(int Line, int Column, string Reason)
{
    public override string ToString() => Line == 0 ? Reason : $"{BundleManifest.FileName}:{Line}:{Column}: {Reason}";
}

/// <param name="Name">As models see it: [a-zA-Z0-9_-]{1,64}.</param>
/// <param name="Command">A file of the bundle or the bare name of a system program, then arguments; ${bundle} in an argument is the bundle's directory.</param>
/// <param name="Parameters">JSON Schema of the arguments object.</param>
public sealed record BundleToolDefinition(string Name, string Description, ImmutableArray<string> Command, JsonElement Parameters, Effect Effect)
{
    /// <summary>Shares the host's network; needs ALLOW_NET as well.</summary>
    public bool Network { get; init; }

    public WorkspaceAccess Workspace { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);
}
