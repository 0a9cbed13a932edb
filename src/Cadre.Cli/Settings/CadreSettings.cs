using System.Collections.Immutable;
using Cadre.Engine.Ports;

namespace Cadre.Cli.Settings;

/// <summary>Everything that is set for one invocation. Paths are absolute and the workspace exists.</summary>
internal sealed record CadreSettings
{
    /// <summary>The model endpoint; null: no language model is configured, and the built-in simulator plays one.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Sent to <see cref="Endpoint"/> and shown nowhere.</summary>
    public string? ApiKey { get; init; }

    public required string Model { get; init; }

    /// <summary>For cheap work: reviews and compaction.</summary>
    public required string SmallModel { get; init; }

    public required string PlannerModel { get; init; }
    public required string ReviewerModel { get; init; }
    public required string Workspace { get; init; }
    public required string StateDirectory { get; init; }

    /// <summary>Where a server keeps everything of its own.</summary>
    public required string ServerDirectory { get; init; }

    public required string ToolsDirectory { get; init; }

    /// <summary>Where policies/{tools,network,paths}.yaml lie; the built-in set holds when it does not exist.</summary>
    public required string PoliciesDirectory { get; init; }

    public bool AllowNet { get; init; }
    public bool ForceChatCompletions { get; init; }

    /// <summary>The only sandbox that will do: where it does not work every command is refused. Null takes the strongest that works.</summary>
    public SandboxLevel? Sandbox { get; init; }

    public ImmutableArray<Setting> All { get; init; } = [];

    /// <summary>What the person should know about these settings; each is said once per invocation.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    public string EvidenceDirectory => Path.Combine(StateDirectory, "evidence");
    public string LogFile => Path.Combine(StateDirectory, "cadre.log");
    public string McpFile => Path.Combine(ToolsDirectory, "mcp.json");
    public string PricesFile => Path.Combine(ToolsDirectory, "prices.yaml");
}
