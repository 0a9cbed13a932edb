using System.Collections.Immutable;
using Cadre.Engine;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Runs;

/// <summary>Runs as the faces use them: started together with the documents that belong to them, read back as timelines, streamed.</summary>
public sealed class ServedRuns(IStore store, EnginePorts ports)
{
    public RunControl Control { get; } = new(ports);
    public Feed Feed => ports.Feed;
    public ThreadWatch Watch { get; } = new();

    /// <summary>Starts a run, and makes the other changes in the same transaction.</summary>
    public async ValueTask<RunStart> StartAsync(RunOrder order, CancellationToken cancellationToken)
    {
        Change[] required = order is { End: { } end, Definition.Thread: { } read } ? [new Change.RequireNewest(end.Scope, ThreadStore.ItemKind, read, end.Item)] : [];
        var joint = new JointJournal(store, [.. required, .. order.Before], order.After);
        if (await Control.StartAsync(order.Run, order.Definition, order.Input, cancellationToken, joint))
        {
            if (order.Definition.Thread is { } watched) Watch.Started(watched, order.Run);
            return new RunStart.Started();
        }

        if (joint.Refused < required.Length) return new RunStart.ThreadChanged();
        var refused = (joint.Refused ?? required.Length) - required.Length;
        if (order.Definition.Thread is { } thread && refused == order.Before.Count && await ActiveAsync(thread, cancellationToken) is { } active)
            return new RunStart.ThreadBusy(active.Run);
        return new RunStart.Refused(refused);
    }

    /// <summary>The thread's open run.</summary>
    public async ValueTask<RunEntry?> ActiveAsync(string thread, CancellationToken cancellationToken) =>
        await store.ListRunsAsync(Scope.Everything, new() { Thread = thread, Ended = false, Limit = 1 }, cancellationToken) is [var active, ..] ? active : null;

    /// <summary>Null when there is no such run in the scope.</summary>
    public async ValueTask<RunTimeline?> LoadAsync(Scope scope, RunId run, CancellationToken cancellationToken)
    {
        if (await store.GetRunAsync(scope, run, cancellationToken) is null) return null;
        var timeline = new RunTimeline(run);
        await foreach (var @event in store.Journal.ReadAsync(run, 0, cancellationToken)) timeline.Add(@event);
        return timeline.State.Definition is null ? null : timeline;
    }

    /// <summary>The run from its position <paramref name="from"/>, live until its end.</summary>
    /// <param name="shown">What the reader was shown of the text of the turn that is in progress at <paramref name="from"/>.</param>
    /// <param name="live">False for a reader to whom only what is recorded matters.</param>
    public IAsyncEnumerable<RunUpdate> StreamAsync(RunTimeline timeline, long from, CancellationToken cancellationToken, string shown = "", bool live = true) =>
        RunStream.ReadAsync(ports.Feed, timeline, from, cancellationToken, shown, live);
}

/// <param name="Input">The whole history that the model is shown; the newest message last.</param>
public sealed record RunOrder(RunId Run, RunDefinition Definition, ImmutableArray<Message> Input)
{
    /// <summary>Made before the start, such as the items that the input ends with.</summary>
    public IReadOnlyList<Change> Before { get; init; } = [];

    public IReadOnlyList<Change> After { get; init; } = [];

    /// <summary>Where the thread ended when the input was read: what others have said since keeps the run from starting. Null: the start does not depend on it.</summary>
    public ThreadEnd? End { get; init; }
}

/// <param name="Scope">In which it was read.</param>
/// <param name="Item">Id of the newest item; null when there is none.</param>
public sealed record ThreadEnd(Scope Scope, string? Item);

public abstract record RunStart
{
    private RunStart() { }

    public sealed record Started : RunStart;

    /// <summary>The thread has an open run; nothing was changed.</summary>
    public sealed record ThreadBusy(RunId Active) : RunStart;

    /// <summary>The thread goes on after <see cref="RunOrder.End"/>; nothing was changed.</summary>
    public sealed record ThreadChanged : RunStart;

    /// <param name="Change">Index of the refused change among Before, the start and After; nothing was changed.</param>
    public sealed record Refused(int Change) : RunStart;
}
