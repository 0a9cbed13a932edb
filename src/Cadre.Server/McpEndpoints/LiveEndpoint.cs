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
using Cadre.Tools.Mcp.OAuth;
using Cadre.Tools.Mcp.Pins;

namespace Cadre.Server.McpEndpoints;

/// <summary>One version of an organisation's endpoint at work: its pins, and a client for each whose token it speaks with.</summary>
internal sealed class LiveEndpoint : IAsyncDisposable
{
    private const string ClientSecretName = "CLIENT_SECRET";

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

    /// <param name="user">Whose token is sent; null: nobody's.</param>
    public EndpointClient For(string? user) => _clients.GetOrAdd(user ?? "", static (user, live) => live.Create(user.Length == 0 ? null : user), this);

    /// <summary>Whether somebody has signed in for this user, or nobody needs to.</summary>
    public async ValueTask<bool> IsSignedInAsync(string user, CancellationToken cancellationToken) =>
        Known.Definition.SignIn == SignInMode.None || (await KeptVaultOf(user).ReadAsync(cancellationToken))?.Tokens is not null;

    /// <exception cref="OAuthException">It cannot be begun.</exception>
    public async ValueTask<PendingSignIn> BeginAsync(string user, CancellationToken cancellationToken)
    {
        var vault = KeptVaultOf(user);
        using var flow = FlowFor(user);
        var (pending, state) = await flow.BeginAsync(await vault.ReadAsync(cancellationToken) ?? OAuthState.Empty, null, cancellationToken);
        await vault.WriteAsync(state, cancellationToken);
        return pending;
    }

    /// <exception cref="OAuthException">It is not the answer to this sign-in, or the issuer refuses.</exception>
    public async ValueTask CompleteAsync(string user, PendingSignIn pending, SignInAnswer answer, CancellationToken cancellationToken)
    {
        var vault = KeptVaultOf(user);
        using var flow = FlowFor(user);
        await vault.WriteAsync(await flow.CompleteAsync(await vault.ReadAsync(cancellationToken) ?? OAuthState.Empty, pending, answer, cancellationToken), cancellationToken);
        await EndAsync(user);
    }

    public async ValueTask SignOutAsync(string user, CancellationToken cancellationToken)
    {
        await KeptVaultOf(user).RemoveAsync(cancellationToken);
        await EndAsync(user);
    }

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

    /// <summary>Ends the connection that this user had: the next one begins with what is kept now.</summary>
    private async ValueTask EndAsync(string user)
    {
        if (_clients.TryRemove(user, out var client)) await client.DisposeAsync();
    }

    private OAuthFlow FlowFor(string user) => OpenerFor(user).Opener.FlowOf(_endpoint) ?? throw new OAuthException("It is not signed in to.");

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

        if (known.Definition.OAuth?.ClientSecret is { } secret && secrets.TryOpenText(secret, EndpointSecrets.ClientSecret(known.Organisation, known.Id, known.Definition.Url)) is { } plain)
            opened[ClientSecretName] = plain;
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
            OAuth = definition.SignIn == SignInMode.None
                ? null
                : new(definition.OAuth?.ClientId, definition.OAuth?.ClientSecret is null ? null : $"${{env:{ClientSecretName}}}", definition.OAuth?.Scopes ?? []),
            Tools = definition.Tools is { } only ? [.. only] : null,
            Timeout = TimeSpan.FromSeconds(definition.TimeoutSeconds),
            Disabled = !definition.Enabled,
        };
    }

    private EndpointClient Create(string? user)
    {
        var (options, opener) = OpenerFor(user);
        return new(_endpoint, options, opener, _pins, _parts.Links, _parts.Server.Time);
    }

    private (McpOptions Options, LinkOpener Opener) OpenerFor(string? user)
    {
        var server = _parts.Server;
        var options = new McpOptions("", server.StateDirectory, "")
        {
            Gate = use => server.Policies.Current.JudgeNetwork(use),
            PrivateHosts = server.PrivateHosts,
            Approval = _ => "an administrator's approval",
            Environment = name => _secrets.GetValueOrDefault(name),
            SignIns = Known.Definition.SignIn == SignInMode.None ? null : new(_ => VaultOf(user), _parts.RedirectUri(), name => $"POST {McpEndpointsFace.Path}/{name}/sign-in") { ClientDocument = _parts.ClientDocument() },
        };
        return (options, new(options, server.Sandbox, new OrganisationAudit(server.Audit, Known.Organisation, user), server.Time));
    }

    private ITokenVault VaultOf(string? user) => user is null ? new NoVault() : KeptVaultOf(user);

    private DocumentVault KeptVaultOf(string user) => new(_parts.Store, _parts.Secrets, Known, user, _parts.Server.Time);
}

/// <summary>What endpoints work with; the same for all.</summary>
/// <param name="RedirectUri">Where browsers come back to; known once the server listens.</param>
/// <param name="ClientDocument">Null where authorization servers could not read it.</param>
internal sealed record LiveParts(ServerParts Server, Storage.Documents.IStore Store, SecretBox Secrets, OpenLinks Links, Func<Uri> RedirectUri, Func<Uri?> ClientDocument);
