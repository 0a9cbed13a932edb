using Cadre.Engine.Ports;

namespace Cadre.Tools.Workspaces;

/// <summary>What the workspace tools may use. The defaults have no network.</summary>
public sealed record WorkspaceToolOptions
{
    /// <summary>Whether fetch_url is offered. Which hosts, the policy says.</summary>
    public bool AllowNetwork { get; init; }

    /// <summary>Whether commands share the host's network; asked for each command. Nobody can say to whom a command speaks.</summary>
    public Func<bool> CommandNetwork { get; init; } = () => false;

    public SandboxLimits CommandLimits { get; init; } = SandboxLimits.Default;

    /// <summary>What a call may ask for as its timeout.</summary>
    public TimeSpan MaxCommandTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The environment of commands; no secrets.</summary>
    public IReadOnlyDictionary<string, string> CommandEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>Host paths that commands see read-only.</summary>
    public IReadOnlyList<string> CommandReadOnly { get; init; } = [];

    /// <summary>Hosts ("host" or "host:port", lower case) that fetch_url may dial although their address is private.</summary>
    public IReadOnlySet<string> PrivateHosts { get; init; } = new HashSet<string>();

    /// <summary>Of a response's body, after decompression.</summary>
    public int MaxFetchBytes { get; init; } = 2 << 20;

    /// <summary>From the first dial to the last byte, redirects included.</summary>
    public TimeSpan FetchTime { get; init; } = TimeSpan.FromSeconds(30);
}
