using System.Text.Json.Serialization;

namespace Cadre.Sandbox.Landlock;

/// <summary>What the launcher tells the re-executed helper: the command, and what it may touch.</summary>
/// <param name="Environment">"NAME=value", exactly what the command gets.</param>
/// <param name="Temporary">Removed at the end: by the helper, because the launcher may have been killed.</param>
/// <param name="Filter">The seccomp program.</param>
internal sealed record LandlockPlan(
    IReadOnlyList<string> Argv,
    IReadOnlyList<string> Environment,
    string SearchPath,
    string Start,
    string Temporary,
    bool Network,
    IReadOnlyList<PathRule> Rules,
    byte[] Filter);

/// <summary>A file, or a directory and all below it. Never a link: that would allow what it points to.</summary>
internal sealed record PathRule(string Path, PathAccess Access);

internal enum PathAccess
{
    Read,
    Write,
}

[JsonSerializable(typeof(LandlockPlan))]
internal sealed partial class LandlockJson : JsonSerializerContext;
