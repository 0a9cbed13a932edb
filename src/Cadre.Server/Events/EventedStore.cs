using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Definitions;
using Cadre.Server.Tasks;
using Cadre.Server.Threads;
using Cadre.Server.Webhooks;
using Cadre.Storage.Documents;

namespace Cadre.Server.Events;

/// <summary>
/// The store, telling what happens in it: deliveries to webhooks are recorded in the transaction of what they tell, so a crash loses none, and the bus is told after it.
/// </summary>
internal sealed class EventedStore(IStore store, EventBus bus, WebhookRegistry webhooks, TimeProvider time) : IStore
{
    public IJournal Journal => new EventedJournal(this, store.Journal);

    public async ValueTask<Committed> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        if (!bus.HasSubscribers && !webhooks.Any) return await store.CommitAsync(changes, cancellationToken);
        var events = new List<PlatformEvent>();
        foreach (var change in changes)
        {
            if (await EventOfAsync(change, cancellationToken) is { } @event) events.Add(@event);
        }

        var deliveries = events.SelectMany(webhooks.DeliveriesOf).ToList();
        var committed = await store.CommitAsync([.. changes, .. deliveries.Select(delivery => new Change.Create(delivery))], cancellationToken);
        if (!committed.Won) return committed;
        foreach (var @event in events) bus.Publish(@event);
        foreach (var delivery in deliveries) webhooks.Announce(delivery);
        return committed;
    }

    public ValueTask<Document?> GetAsync(Scope scope, string kind, string id, CancellationToken cancellationToken) => store.GetAsync(scope, kind, id, cancellationToken);

    public ValueTask<Document?> FindAsync(Scope scope, string kind, string key, CancellationToken cancellationToken) => store.FindAsync(scope, kind, key, cancellationToken);

    public ValueTask<DocumentPage?> ListAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken) => store.ListAsync(scope, query, cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, long>> CountAsync(Scope scope, DocumentQuery query, string? member, CancellationToken cancellationToken) =>
        store.CountAsync(scope, query, member, cancellationToken);

    public ValueTask<RunEntry?> GetRunAsync(Scope scope, RunId run, CancellationToken cancellationToken) => store.GetRunAsync(scope, run, cancellationToken);

    public ValueTask<IReadOnlyList<RunEntry>> ListRunsAsync(Scope scope, RunQuery query, CancellationToken cancellationToken) => store.ListRunsAsync(scope, query, cancellationToken);

    public ValueTask<IReadOnlyList<Document>> SweepAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) => store.SweepAsync(now, limit, cancellationToken);

    public ValueTask<int> CollectPayloadsAsync(CancellationToken cancellationToken) => store.CollectPayloadsAsync(cancellationToken);

    public ValueTask BackUpAsync(string file, CancellationToken cancellationToken) => store.BackUpAsync(file, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async ValueTask<PlatformEvent?> EventOfAsync(Change change, CancellationToken cancellationToken)
    {
        switch (change)
        {
            case Change.Create(var document) when CreatedType(document.Kind) is { } type:
                return Event(type, document.Owner, document.Id);
            case Change.Replace { Document: { Kind: UserTask.Kind } task }:
                return Event(EventTypes.TaskUpdated, task.Owner, task.Id);
            case Change.Delete delete when DeletedType(delete.Kind) is { } type && await store.GetAsync(delete.Scope, delete.Kind, delete.Id, cancellationToken) is { } gone:
                return Event(type, gone.Owner, delete.Id);
            case Change.Append { Run.Parent: null } append when RunType(append.Events) is { } type:
                if (append.Events[0] is RunEvent.Started { Definition: var started }) return OfRun(type, started.Owner, append, started.Thread, started.Face);
                return await store.GetRunAsync(Scope.Everything, append.Run, cancellationToken) is { } run ? OfRun(type, run.Owner, append, run.Thread, run.Face) : null;
            default:
                return null;
        }
    }

    private PlatformEvent OfRun(string type, Owner owner, Change.Append append, string? thread, string? face) => Event(type, owner, append.Run.ToString()) with
    {
        Thread = thread,
        Face = face,
        Reason = append.Events[^1] is RunEvent.Ended { Outcome.Reason: var reason } ? reason : null,
    };

    private PlatformEvent Event(string type, Owner owner, string subject) => new($"evt_{Ids.New()}", type, owner, time.GetUtcNow(), subject);

    private static string? CreatedType(string kind) => kind switch
    {
        AgentDefinition.Kind => EventTypes.AssistantCreated,
        ThreadStore.ThreadKind => EventTypes.ThreadCreated,
        SessionRecord.Kind => EventTypes.SessionCreated,
        "file" => EventTypes.FileCreated,
        "vector_store" => EventTypes.VectorStoreCreated,
        UserTask.Kind => EventTypes.TaskCreated,
        _ => null,
    };

    private static string? DeletedType(string kind) => kind switch
    {
        AgentDefinition.Kind => EventTypes.AssistantDeleted,
        ThreadStore.ThreadKind => EventTypes.ThreadDeleted,
        "file" => EventTypes.FileDeleted,
        UserTask.Kind => EventTypes.TaskDeleted,
        _ => null,
    };

    private static string? RunType(IReadOnlyList<RunEvent> events) => events[^1] switch
    {
        RunEvent.Ended { Outcome.Status: RunStatus.Completed } => EventTypes.RunCompleted,
        RunEvent.Ended { Outcome.Status: RunStatus.Failed } => EventTypes.RunFailed,
        RunEvent.Ended { Outcome.Status: RunStatus.Cancelled } => EventTypes.RunCancelled,
        RunEvent.Ended { Outcome.Status: RunStatus.Expired } => EventTypes.RunExpired,
        RunEvent.Ended { Outcome.Status: RunStatus.Incomplete } => EventTypes.RunIncomplete,
        RunEvent.ApprovalAsked => EventTypes.RunAwaitsApproval,
        RunEvent.CallStarted { Provenance.Source: ToolSources.Client } => EventTypes.RunRequiresAction,
        _ when events[0] is RunEvent.Started => EventTypes.RunStarted,
        _ => null,
    };

    private sealed class EventedJournal(EventedStore store, IJournal inner) : IJournal
    {
        public async ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
        {
            if (RunType(events) is null) return await inner.AppendAsync(run, expectedVersion, events, cancellationToken);
            var committed = await store.CommitAsync([new Change.Append(run, expectedVersion, events)], cancellationToken);
            return new(committed.Won, committed.Won ? expectedVersion + events.Count : expectedVersion);
        }

        public IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, CancellationToken cancellationToken) => inner.ReadAsync(run, from, cancellationToken);

        public IAsyncEnumerable<RunId> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);
    }
}
