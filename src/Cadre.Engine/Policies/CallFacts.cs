using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Policies;

/// <summary>All that a policy may know of a call before it is made.</summary>
/// <param name="Source">The tool's <see cref="Provenance.Source"/>.</param>
public sealed record CallFacts(string Tool, string Source, Effect Effect, JsonElement Arguments)
{
    /// <summary>Paths relative to the workspace, with '/' between the parts, normalised; one that leaves the workspace begins with "../" or "/".</summary>
    public ImmutableArray<PathUse> Paths { get; init; } = [];

    /// <summary>Program and arguments of the process that would be started; empty when none is.</summary>
    public ImmutableArray<string> Argv { get; init; } = [];

    public ImmutableArray<HostUse> Hosts { get; init; } = [];

    /// <summary>What those who offer the tool say of it, beside the rules: it counts as one more rule that matches the tool, so it only makes the verdict stricter.</summary>
    public Verdict? Own { get; init; }
}

public sealed record PathUse(string Path, PathAccess Access);

public enum PathAccess
{
    Read,
    Write,
    Delete,
}

/// <param name="Host">Lower case, without brackets or a trailing dot.</param>
public sealed record HostUse(string Scheme, string Host, int Port)
{
    /// <summary>A command that would share the host's network: nobody can say to whom it will speak.</summary>
    public static HostUse Unrestricted { get; } = new("*", "*", 0);
}

/// <summary>A policy's answer, and the rule that gave it.</summary>
public sealed record Verdict(VerdictKind Kind, string Rule, string Because)
{
    public static Verdict Stricter(Verdict a, Verdict b) => b.Kind > a.Kind ? b : a;
}

/// <summary>In order of strictness.</summary>
public enum VerdictKind
{
    Allow,
    Ask,
    Deny,
}
