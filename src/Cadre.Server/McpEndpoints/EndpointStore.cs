using System.Collections.Concurrent;
using System.Collections.Immutable;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Server.McpEndpoints;

/// <summary>The endpoints of every organisation. They are asked for at each turn of each run, so what was read is kept until it changes.</summary>
internal sealed class EndpointStore(IStore store, TimeProvider time)
{
    public const int MaxPerOrganisation = 64;

    private readonly ConcurrentDictionary<string, ImmutableArray<KnownEndpoint>> _known = new(StringComparer.Ordinal);

    public IStore Documents => store;

    public async ValueTask<ImmutableArray<KnownEndpoint>> ListAsync(string organisation, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(organisation, out var known)) return known;
        var page = await store.ListAsync(new Scope(organisation), new(EndpointDefinition.Kind) { Limit = MaxPerOrganisation, Descending = false }, cancellationToken);
        return _known[organisation] = [.. page!.Items.Select(KnownEndpoint.Of)];
    }

    public async ValueTask<KnownEndpoint?> FindAsync(string organisation, string name, CancellationToken cancellationToken) =>
        (await ListAsync(organisation, cancellationToken)).FirstOrDefault(endpoint => endpoint.Definition.Name == name);

    /// <summary>Of all organisations, for the server's own work.</summary>
    public async ValueTask<ImmutableArray<KnownEndpoint>> ListAllAsync(CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<KnownEndpoint>();
        string? after = null;
        while (await store.ListAsync(Scope.Everything, new(EndpointDefinition.Kind) { Limit = 1000, After = after, Descending = false }, cancellationToken) is { Items.Count: > 0 } page)
        {
            all.AddRange(page.Items.Select(KnownEndpoint.Of));
            if (!page.HasMore) break;
            after = page.Items[^1].Id;
        }

        return all.ToImmutable();
    }

    /// <summary>False when the organisation has one of this name.</summary>
    public async ValueTask<bool> CreateAsync(string organisation, string id, EndpointDefinition definition, CancellationToken cancellationToken) =>
        await ChangeAsync(organisation, [new Change.Create(DocumentOf(organisation, id, definition))], cancellationToken);

    /// <summary>False when it was changed by somebody else meanwhile.</summary>
    /// <param name="id">Its own; or a new one for what is another server now: then everything that was kept with it (pins, sign-ins, health) is removed.</param>
    public async ValueTask<bool> ReplaceAsync(KnownEndpoint endpoint, string id, EndpointDefinition definition, CancellationToken cancellationToken)
    {
        var same = new Change.Replace(DocumentOf(endpoint.Organisation, endpoint.Id, definition), endpoint.Version);
        return await ChangeAsync(
            endpoint.Organisation, id == endpoint.Id ? [same] : [same, DeletionOf(endpoint), new Change.Create(DocumentOf(endpoint.Organisation, id, definition))], cancellationToken);
    }

    public async ValueTask DeleteAsync(KnownEndpoint endpoint, CancellationToken cancellationToken) =>
        await ChangeAsync(endpoint.Organisation, [DeletionOf(endpoint)], cancellationToken);

    private static Change.Delete DeletionOf(KnownEndpoint endpoint) => new(new(endpoint.Organisation), EndpointDefinition.Kind, endpoint.Id);

    private async ValueTask<bool> ChangeAsync(string organisation, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.CommitAsync(changes, cancellationToken)).Won;
        }
        finally
        {
            _known.TryRemove(organisation, out _);
        }
    }

    private Document DocumentOf(string organisation, string id, EndpointDefinition definition) =>
        new(EndpointDefinition.Kind, id, new(organisation, EndpointDefinition.Everybody), definition.ToBody()) { Key = definition.Name, CreatedAt = time.GetUtcNow() };
}

/// <param name="Version">One more with each change.</param>
internal sealed record KnownEndpoint(string Id, string Organisation, long Version, DateTimeOffset CreatedAt, EndpointDefinition Definition)
{
    public string Name => Definition.Name;

    public Owner Owner => new(Organisation, EndpointDefinition.Everybody);

    public static KnownEndpoint Of(Document document) => new(document.Id, document.Owner.Organisation, document.Version, document.CreatedAt, EndpointDefinition.Read(document));
}
