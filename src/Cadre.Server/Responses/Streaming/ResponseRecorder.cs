using System.Threading.Channels;
using Cadre.Engine.Tools;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Responses.Streaming;

/// <summary>
/// Stands between a run and all who read its response live: what is live only is durable before anybody is told it, so that it can be told again after a crash. It
/// belongs to no connection. docs/decisions/0010 has the reasons.
/// </summary>
internal sealed class ResponseRecorder
{
    /// <summary>Updates kept for readers; who lags behind further reads the rows.</summary>
    public const int Window = 256;

    /// <summary>Updates that one row holds at most.</summary>
    private const int RowUpdates = 512;

    /// <summary>Facts that may be told without a row: the journal has them, but the window has to keep them.</summary>
    private const int FactsWithoutRow = 64;

    private readonly IStore _store;
    private readonly Owner _owner;
    private readonly RunSubscription _updates;
    private readonly RunTimeline _timeline;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<RunUpdate> _window = [];
    private readonly List<RunUpdate> _unwritten = [];
    private long _told;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="log">Read to its end.</param>
    public ResponseRecorder(IStore store, Owner owner, RunSubscription updates, RunTimeline timeline, ResponseLog log, TimeProvider time)
    {
        (_store, _owner, _updates, _timeline, _told, _time) = (store, owner, updates, timeline, log.Position, time);
        Completion = RunAsync();
    }

    /// <summary>Completes when the run has ended and all of it was told; faults when it cannot be recorded, or when the server drains.</summary>
    public Task Completion { get; }

    /// <summary>What follows the first <paramref name="position"/> updates, as soon as there is any; empty after the end; null when the reader has to read rows first.</summary>
    public async ValueTask<IReadOnlyList<RunUpdate>?> NextAsync(long position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                var first = _told - _window.Count;
                if (position < first) return null;
                if (position < _told) return _window.GetRange((int)(position - first), (int)(_told - position));
                more = _more.Task;
            }

            if (Completion.IsCompleted)
            {
                await Completion;
                lock (_lock)
                {
                    if (position >= _told) return [];
                }

                continue;
            }

            await Task.WhenAny(more, Completion).WaitAsync(cancellationToken);
        }
    }

    /// <summary>The run will not start.</summary>
    public void Abandon() => _updates.Cancel();

    private async Task RunAsync()
    {
        var gathered = Channel.CreateBounded<RunUpdate>(new BoundedChannelOptions(RowUpdates) { SingleReader = true, SingleWriter = true });
        var gathering = GatherAsync(gathered.Writer);
        try
        {
            var batch = new List<RunUpdate>();
            while (await gathered.Reader.WaitToReadAsync())
            {
                while (batch.Count < RowUpdates && gathered.Reader.TryRead(out var update)) batch.Add(update);
                await RecordAsync(batch);
                batch.Clear();
            }
        }
        finally
        {
            gathered.Writer.TryComplete();
            _updates.Cancel();
            await gathering;
            await _updates.DisposeAsync();
        }
    }

    /// <summary>Goes on reading while a row is being made durable: what has come by then is the next row.</summary>
    private async Task GatherAsync(ChannelWriter<RunUpdate> gathered)
    {
        try
        {
            while (await _updates.MoveNextAsync())
            {
                if (ResponseLog.Tells(_updates.Current)) await gathered.WriteAsync(_updates.Current);
            }

            gathered.TryComplete();
        }
        catch (Exception failure)
        {
            gathered.TryComplete(failure);
        }
    }

    private async ValueTask RecordAsync(List<RunUpdate> batch)
    {
        _unwritten.AddRange(batch);
        if (_unwritten.Count > FactsWithoutRow || batch.Exists(update => update is not RunUpdate.Fact))
        {
            var first = _told + batch.Count - _unwritten.Count;
            var row = ResponseLog.Row(_timeline.Run, _owner, first, _unwritten, _time.GetUtcNow());
            if (!(await _store.CommitAsync([new Change.Create(row)], CancellationToken.None)).Won)
                throw new InvalidOperationException($"Another recorder has told update {first} of run {_timeline.Run}.");
            _unwritten.Clear();
        }

        TaskCompletionSource told;
        lock (_lock)
        {
            _window.AddRange(batch);
            _told += batch.Count;
            var excess = Math.Min(_window.Count - Window, _window.Count - _unwritten.Count);
            if (excess > 0) _window.RemoveRange(0, excess);
            (told, _more) = (_more, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
    }
}
