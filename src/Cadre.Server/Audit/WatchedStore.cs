using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.ChatCompletions;
using Cadre.Storage.Documents;

namespace Cadre.Server.Audit;

/// <summary>
/// The store, telling when somebody names a thing that is another's. Whenever a scope finds nothing the store is asked once more without it, whether or not such a thing exists: the
/// answer takes as long and is the same. What is found by key is told where callers know a thing by its key only: other keys mean something within their organisation.
/// </summary>
internal sealed class WatchedStore(IStore store, AccessWatch watch) : IStore
{
    /// <summary>The endpoint chose its ids.</summary>
    private const string KnownByKey = StoredChats.Kind;

    private const string RunKind = "run";
    private const string ThreadKind = "thread";

    public IJournal Journal => store.Journal;

    public async ValueTask<Committed> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var committed = await store.CommitAsync(changes, cancellationToken);
        if (committed.Refused is { } refused)
        {
            if (changes[refused] is Change.Replace { Document: var replaced }) await LookAsync(ScopeOf(replaced), replaced.Kind, replaced.Id);
            else if (changes[refused] is Change.Put { Document: var put }) await LookAsync(ScopeOf(put), put.Kind, put.Id);
            return committed;
        }

        foreach (var change in changes)
        {
            // What was in the scope is gone now.
            if (change is Change.Delete { Scope.Organisation: not null } delete) await LookAsync(delete.Scope, delete.Kind, delete.Id);
        }

        return committed;
    }

    public async ValueTask<Document?> GetAsync(Scope scope, string kind, string id, CancellationToken cancellationToken)
    {
        var document = await store.GetAsync(scope, kind, id, cancellationToken);
        if (document is null && scope.Organisation is not null) await LookAsync(scope, kind, id);
        return document;
    }

    public async ValueTask<Document?> FindAsync(Scope scope, string kind, string key, CancellationToken cancellationToken)
    {
        var document = await store.FindAsync(scope, kind, key, cancellationToken);
        if (document is null && kind == KnownByKey && scope.Organisation is not null && await store.FindAsync(Scope.Everything, kind, key, cancellationToken) is { } theirs)
            Tell(scope, kind, key, theirs.Owner);
        return document;
    }

    public async ValueTask<DocumentPage?> ListAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(scope, query, cancellationToken);
        if (scope.Organisation is null) return page;
        if (page is null)
        {
            if (query.After is { } after) await LookAsync(scope, query.Kind, after);
            if (query.Before is { } before) await LookAsync(scope, query.Kind, before);
        }
        else if (page.Items.Count == 0 && query.Parent is { } parent
            && await store.ListAsync(Scope.Everything, new(query.Kind) { Parent = parent, Limit = 1 }, cancellationToken) is { Items: [var theirs] })
        {
            Tell(scope, $"{query.Kind}'s parent", parent, theirs.Owner);
        }

        return page;
    }

    public ValueTask<IReadOnlyDictionary<string, long>> CountAsync(Scope scope, DocumentQuery query, string? member, CancellationToken cancellationToken) =>
        store.CountAsync(scope, query, member, cancellationToken);

    public async ValueTask<RunEntry?> GetRunAsync(Scope scope, RunId run, CancellationToken cancellationToken)
    {
        var entry = await store.GetRunAsync(scope, run, cancellationToken);
        if (entry is null && scope.Organisation is not null && await store.GetRunAsync(Scope.Everything, run, CancellationToken.None) is { } theirs)
            Tell(scope, RunKind, run.ToString(), theirs.Owner);
        return entry;
    }

    public async ValueTask<IReadOnlyList<RunEntry>> ListRunsAsync(Scope scope, RunQuery query, CancellationToken cancellationToken)
    {
        var entries = await store.ListRunsAsync(scope, query, cancellationToken);
        if (scope.Organisation is not null && (query.After ?? query.Before) is { } place) await GetRunAsync(scope, place, cancellationToken);
        if (entries.Count == 0 && scope.Organisation is not null && query.Thread is { } thread
            && await store.ListRunsAsync(Scope.Everything, new() { Thread = thread, Limit = 1 }, cancellationToken) is [var theirs])
        {
            Tell(scope, ThreadKind, thread, theirs.Owner);
        }

        return entries;
    }

    public ValueTask<IReadOnlyList<Document>> SweepAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) => store.SweepAsync(now, limit, cancellationToken);

    public ValueTask<int> CollectPayloadsAsync(CancellationToken cancellationToken) => store.CollectPayloadsAsync(cancellationToken);

    public ValueTask BackUpAsync(string file, CancellationToken cancellationToken) => store.BackUpAsync(file, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async ValueTask LookAsync(Scope scope, string kind, string id)
    {
        if (await store.GetAsync(Scope.Everything, kind, id, CancellationToken.None) is { } theirs) Tell(scope, kind, id, theirs.Owner);
    }

    private void Tell(Scope scope, string kind, string id, Owner owner)
    {
        if (scope.Organisation != owner.Organisation || (scope.User is not null && scope.User != owner.User)) watch.Refused(scope, kind, id, owner);
    }

    private static Scope ScopeOf(Document document) => new(document.Owner.Organisation, document.Owner.User);
}
