using System.Collections.Immutable;
using Cadre.Engine.Policies;
using Cadre.Tools.Mcp.OAuth;
using ModelContextProtocol.Client;

namespace Cadre.Tools.Mcp;

/// <param name="ConfigurationPath">The operator's own mcp.json. One that lies in a workspace is never read: it would start programs that nobody asked for.</param>
/// <param name="StateDirectory">Holds mcp/pins.json and the servers' own directories.</param>
/// <param name="Workspace">What a server with <c>"workspace"</c> sees.</param>
public sealed record McpOptions(string ConfigurationPath, string StateDirectory, string Workspace)
{
    /// <summary>ALLOW_NET: without it no program is given the network, whatever mcp.json says.</summary>
    public bool AllowNetwork { get; init; }

    /// <summary>Judges each address that is dialled, except loopback addresses that the operator wrote into mcp.json. Must include ALLOW_NET.</summary>
    public Func<HostUse, Verdict> Gate { get; init; } = _ => new(VerdictKind.Deny, "mcp.no_gate", "No network policy was given.");

    /// <summary>
    /// Hosts ("name" or "name:port") that may be dialled wherever they are, special addresses excepted, by the operator's word. Null, for an mcp.json that the
    /// operator wrote: a loopback host that stands in the endpoint's own address.
    /// </summary>
    public ImmutableHashSet<string>? PrivateHosts { get; init; }

    /// <summary>What a person does to accept what waits, in words.</summary>
    public Func<string, string> Approval { get; init; } = what => $"'cadre mcp approve {what}'";

    /// <summary>Reads the variables that ${env:NAME} names.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>For starting a server and shaking hands, and for listing its tools: what a dead server costs a run, once.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A list of tools younger than this is not asked for again, unless the server says that it changed.</summary>
    public TimeSpan ListFreshness { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How endpoints are signed in to; null: not at all.</summary>
    internal SignIns? SignIns { get; init; }

    /// <summary>What servers may ask of the client; null: nothing, and they are told so.</summary>
    internal McpClientHandlers? Handlers { get; init; }

    internal string McpDirectory => Path.Combine(StateDirectory, "mcp");
}
