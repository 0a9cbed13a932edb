using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Cadre.Engine.Policies;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Storage.Secrets;
using Cadre.Tools.Mcp;
using Cadre.Tools.Mcp.Calls;
using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.Connections;
using Cadre.Tools.Mcp.Pins;

namespace Cadre.Server.McpEndpoints;

/// <summary>One version of an organisation's endpoint at work: its pins, and a client for each whose token it speaks with.</summary>
internal sealed class LiveEndpoint : IAsyncDisposable
{
    private static readonly ImmutableSortedDictionary<string, string> NoHeaders = ImmutableSortedDictionary<string, string>.Empty;

    private readonly ConcurrentDictionary<string, EndpointClient> _clients = new(StringComparer.Ordinal);
    private readonly LiveParts _parts;
    private readonly McpEndpoint.Http _endpoint;
    private readonly ImmutableDictionary<string, string> _secrets;
    private readonly PinKeeper _pins;

    public LiveEndpoint(KnownEndpoint known, LiveParts parts)
    {
        (Known, _parts) = (known, parts);
        _secrets = Opened(known, parts.Secrets);
        _endpoint = EndpointOf(known.Definition);
        _pins = new(new DocumentPins(parts.Store, known, parts.Server.Time), new OrganisationAudit(parts.Server.Audit, known.Organisation, null), parts.Server.Time);
    }

    public KnownEndpoint Known { get; }

    /// <param name="user">Null where nobody's own token is needed.</param>
    public EndpointClient For(string? user) => _clients.GetOrAdd(user ?? "", static (user, live) => live.Create(user.Length == 0 ? null : user), this);

    /// <summary>Forgets the clients that were not asked for anything since <paramref name="before"/>.</summary>
    public void Forget(DateTimeOffset before)
    {
        foreach (var (user, client) in _clients)
        {
            if (client.LastUsed < before) _clients.TryRemove(user, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values) await client.DisposeAsync();
    }

    private static string SecretName(int index) => $"HEADER_{index.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>A value that does not open is not there: its endpoint is unavailable, and says which header.</summary>
    private static ImmutableDictionary<string, string> Opened(KnownEndpoint known, SecretBox secrets)
    {
        var opened = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var (name, text) in known.Definition.Headers ?? NoHeaders)
        {
            if (secrets.TryOpenText(text, EndpointSecrets.Header(known.Organisation, known.Id, known.Definition.Url, name)) is { } value) opened[SecretName(index)] = value;
            index++;
        }

        return opened.ToImmutable();
    }

    private static McpEndpoint.Http EndpointOf(EndpointDefinition definition)
    {
        var rules = definition.Policies ?? ImmutableSortedDictionary<string, ToolRule>.Empty;
        return new(definition.Name, definition.Url)
        {
            Headers = (definition.Headers ?? NoHeaders).Select((header, index) => (header.Key, Value: $"${{env:{SecretName(index)}}}"))
                .ToImmutableSortedDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase),
            Effects = rules.Where(rule => rule.Value.Effect is not null).ToImmutableDictionary(rule => rule.Key, rule => rule.Value.Effect ?? Effect.Unsafe),
            Verdicts = rules.Where(rule => rule.Value.Verdict is not (null or VerdictKind.Allow)).ToImmutableDictionary(rule => rule.Key, rule => rule.Value.Verdict ?? VerdictKind.Deny),
            Tools = definition.Tools is { } only ? [.. only] : null,
            Timeout = TimeSpan.FromSeconds(definition.TimeoutSeconds),
            Disabled = !definition.Enabled,
        };
    }

    private EndpointClient Create(string? user)
    {
        var server = _parts.Server;
        var options = new McpOptions("", server.StateDirectory, "")
        {
            Gate = use => server.Policies.Current.JudgeNetwork(use),
            PrivateHosts = server.PrivateHosts,
            Approval = _ => "an administrator's approval",
            Environment = name => _secrets.GetValueOrDefault(name),
        };
        var audit = new OrganisationAudit(server.Audit, Known.Organisation, user);
        return new(_endpoint, options, new LinkOpener(options, server.Sandbox, audit, server.Time), _pins, _parts.Links, server.Time);
    }
}

/// <summary>What endpoints work with; the same for all.</summary>
internal sealed record LiveParts(ServerParts Server, Storage.Documents.IStore Store, SecretBox Secrets, OpenLinks Links);

/// <summary>What each sealed text belongs to.</summary>
internal static class EndpointSecrets
{
    public static string[] Header(string organisation, string endpoint, string url, string name) => ["mcp-header", organisation, endpoint, url, name.ToLowerInvariant()];
}
