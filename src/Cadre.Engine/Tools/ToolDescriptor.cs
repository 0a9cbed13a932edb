using System.Text.Json.Serialization;
using Cadre.Engine.Models;

namespace Cadre.Engine.Tools;

/// <summary>What a crash in the middle of a call means for it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Effect>))]
public enum Effect
{
    /// <summary>Changes nothing: may be repeated.</summary>
    Read,

    /// <summary>May be repeated with the same key: the second time changes nothing.</summary>
    Idempotent,

    /// <summary>Commits together with the journal's record of it: it happened if and only if that record is there.</summary>
    Transactional,

    /// <summary>Never repeated silently: after a crash the call is in doubt.</summary>
    Unsafe,
}

/// <summary>Where a tool came from, for the audit.</summary>
/// <param name="Source">"builtin", "mcp:NAME", "bundle:NAME", "client", …</param>
/// <param name="Hash">SHA-256 (hex) of what defines the tool.</param>
public sealed record Provenance(string Source, string Version, string Hash);

public sealed record ToolDescriptor(ToolDefinition Definition, Effect Effect, Provenance Provenance)
{
    /// <summary>After this a call fails; it is part of the run's wall time.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Characters of output that reach the model; the middle is cut.</summary>
    public int OutputLimit { get; init; } = 32_000;

    /// <summary>The caller of the API runs this tool and submits its output; <see cref="Ports.ITool.CallAsync"/> is never called.</summary>
    public bool RunsAtClient { get; init; }

    public string Name => Definition.Name;
}
