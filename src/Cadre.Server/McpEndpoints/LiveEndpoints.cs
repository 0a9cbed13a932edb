using System.Collections.Concurrent;
using Cadre.Server.Hosting;
using Cadre.Storage.Documents;
using Cadre.Storage.Secrets;
using Cadre.Tools.Mcp;
using Cadre.Tools.Mcp.Calls;

namespace Cadre.Server.McpEndpoints;

/// <summary>The endpoints of all organisations at work. Connections are opened when they are needed, shared, bounded in number, and ended when they are idle.</summary>
internal sealed class LiveEndpoints : IAsyncDisposable
{
    /// <summary>Connections to MCP servers at one time, of all organisations.</summary>
    public const int MaxConnections = 256;

    public static readonly TimeSpan IdleFor = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, LiveEndpoint> _live = new(StringComparer.Ordinal);
    private readonly LiveParts _parts;
    private readonly McpTools[] _operators;

    public LiveEndpoints(ServerParts server, IStore store)
    {
        Root = server.PublicUrl ?? new Uri(server.Url);
        _parts = new(server, store, SecretBox.Open(server.StateDirectory, server.SecretKeys), new(MaxConnections, IdleFor, server.Time), () => RedirectUri, () => Root.Scheme == Uri.UriSchemeHttps ? ClientDocument : null);
        Pending = new(store, _parts.Secrets, server.Time);
        _operators = [.. server.Tools.OfType<McpTools>()];
        (Definitions, Calls, Health) = (new(store, server.Time), new(server.Audit, server.Time), new(store, server.Time));
    }

    /// <summary>Where callers and browsers reach the server.</summary>
    public Uri Root { get; set; }

    public Uri RedirectUri => new(Root.AbsoluteUri.TrimEnd('/') + McpEndpointsFace.CallbackPath);

    public Uri ClientDocument => new(Root.AbsoluteUri.TrimEnd('/') + McpEndpointsFace.ClientPath);

    public PendingSignIns Pending { get; }

    public EndpointStore Definitions { get; }

    public AuditedCall Calls { get; }

    public HealthLog Health { get; }

    public SecretBox Secrets => _parts.Secrets;

    public LiveEndpoint Of(KnownEndpoint known)
    {
        while (true)
        {
            var live = _live.GetOrAdd(known.Id, static (_, made) => new(made.Known, made.Parts), (Known: known, Parts: _parts));
            if (live.Known.Version >= known.Version) return live;
            _live.TryRemove(new KeyValuePair<string, LiveEndpoint>(known.Id, live));
        }
    }

    /// <summary>Ends the connections of what was removed.</summary>
    public async ValueTask RemoveAsync(string id)
    {
        if (_live.TryRemove(id, out var live)) await live.DisposeAsync();
    }

    /// <summary>The client that speaks for this user.</summary>
    public EndpointClient ClientOf(KnownEndpoint endpoint, string user) => Of(endpoint).For(UserOf(endpoint, user));

    /// <summary>Whose tokens count for this user; null: nobody's are needed.</summary>
    public static string? UserOf(KnownEndpoint endpoint, string user) => endpoint.Definition.SignIn switch
    {
        SignInMode.User => user,
        SignInMode.Organisation => EndpointDefinition.Everybody,
        _ => null,
    };

    /// <summary>Whether the operator's own mcp.json has an endpoint of this name: that one is meant then, by everybody.</summary>
    public async ValueTask<bool> IsOperatorsAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var tools in _operators)
        {
            if (await tools.HasAsync(name, cancellationToken)) return true;
        }

        return false;
    }

    /// <summary>Ends what is idle, until it is stopped.</summary>
    public async Task SweepAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(SweepInterval, _parts.Server.Time, stop);
            await _parts.Links.SweepAsync();
            foreach (var live in _live.Values) live.Forget(_parts.Server.Time.GetUtcNow() - IdleFor - SweepInterval);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var live in _live.Values) await live.DisposeAsync();
        Health.Dispose();
    }
}
