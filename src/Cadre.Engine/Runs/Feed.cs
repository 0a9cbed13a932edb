using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cadre.Engine.Ports;

namespace Cadre.Engine.Runs;

/// <summary>
/// The live view of journals. A reader owns a position per run, not a buffer: it reads facts from the journal up to the present, is woken by what is
/// published, and goes back to the journal when it was too slow. No reader can hold a writer up.
/// </summary>
public sealed class Feed(IJournal journal)
{
    /// <summary>Items a slow reader may lag behind before it is sent back to the journal.</summary>
    public const int ReaderBacklog = 1_024;

    private readonly ConcurrentDictionary<RunId, ImmutableArray<Reader>> _readers = new();
    private readonly ConcurrentDictionary<RunId, Action<RunEvent>> _drivers = new();

    /// <summary>Called after the events at <paramref name="first"/> and following have become durable.</summary>
    public void Publish(RunId run, long first, IReadOnlyList<RunEvent> events)
    {
        if (_drivers.TryGetValue(run, out var listen))
        {
            foreach (var @event in events) listen(@event);
        }

        if (!_readers.TryGetValue(run.Root, out var readers)) return;
        for (var i = 0; i < events.Count; i++)
        {
            var fact = new FeedItem.Fact(run, first + i, events[i]);
            foreach (var reader in readers) reader.Items.Writer.TryWrite(fact);
        }
    }

    public void Show(FeedItem.Live item)
    {
        if (!_readers.TryGetValue(item.Run.Root, out var readers)) return;
        foreach (var reader in readers)
        {
            if (reader.Live) reader.Items.Writer.TryWrite(item);
        }
    }

    /// <summary>Whether anybody watches: live items need not be made when nobody does.</summary>
    public bool IsWatched(RunId run) => _readers.TryGetValue(run.Root, out var readers) && readers.Any(static reader => reader.Live);

    /// <summary>One run from a position; ends after its terminal event.</summary>
    /// <param name="live">False for a reader to whom only facts matter: it is not woken for each piece of a text.</param>
    public IAsyncEnumerable<FeedItem> ReadAsync(RunId run, long from, CancellationToken cancellationToken, bool live = true) =>
        ReadAsync(run, from, tree: false, live, cancellationToken);

    /// <summary>A root run and all below it from their beginnings; ends after the root's terminal event.</summary>
    public IAsyncEnumerable<FeedItem> ReadTreeAsync(RunId root, CancellationToken cancellationToken) =>
        ReadAsync(root, 0, tree: true, live: true, cancellationToken);

    /// <summary>Tells the driver of a run what others record on it, until disposed.</summary>
    internal IDisposable Listen(RunId run, Action<RunEvent> listen)
    {
        _drivers[run] = listen;
        return new Ending(() => _drivers.TryRemove(new(run, listen)));
    }

    private async IAsyncEnumerable<FeedItem> ReadAsync(RunId run, long from, bool tree, bool live, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<FeedItem>(new BoundedChannelOptions(ReaderBacklog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        var root = run.Root;
        var reader = new Reader(channel, live);
        _readers.AddOrUpdate(root, [reader], (_, readers) => readers.Add(reader));
        try
        {
            var positions = new Dictionary<RunId, long> { [run] = from };
            await foreach (var fact in CatchUpAsync(run, positions, tree, cancellationToken))
            {
                yield return fact;
                if (fact.Run == run && fact.Event is RunEvent.Ended) yield break;
            }

            await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
            {
                if (item.Run != run && !(tree && item.Run.IsBelow(run))) continue;
                if (item is not FeedItem.Fact fact)
                {
                    yield return item;
                    continue;
                }

                var position = positions.GetValueOrDefault(fact.Run);
                if (fact.Seq < position) continue;
                if (fact.Seq > position)
                {
                    await foreach (var missed in CatchUpAsync(fact.Run, positions, tree, cancellationToken))
                    {
                        yield return missed;
                        if (missed.Run == run && missed.Event is RunEvent.Ended) yield break;
                    }

                    continue;
                }

                positions[fact.Run] = position + 1;
                yield return fact;
                if (fact.Run == run && fact.Event is RunEvent.Ended) yield break;
            }
        }
        finally
        {
            Leave(root, reader);
        }
    }

    private async IAsyncEnumerable<FeedItem.Fact> CatchUpAsync(
        RunId run, Dictionary<RunId, long> positions, bool tree, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var @event in journal.ReadAsync(run, positions.GetValueOrDefault(run), cancellationToken))
        {
            var seq = positions.GetValueOrDefault(run);
            positions[run] = seq + 1;
            yield return new(run, seq, @event);
            if (!tree || @event is not RunEvent.ChildStarted child) continue;
            await foreach (var below in CatchUpAsync(run.Child(child.Key), positions, tree, cancellationToken)) yield return below;
        }
    }

    private void Leave(RunId root, Reader reader)
    {
        while (_readers.TryGetValue(root, out var readers))
        {
            var rest = readers.Remove(reader);
            if (rest.IsEmpty ? _readers.TryRemove(new(root, readers)) : _readers.TryUpdate(root, rest, readers)) return;
        }
    }

    private sealed record Reader(Channel<FeedItem> Items, bool Live);

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
