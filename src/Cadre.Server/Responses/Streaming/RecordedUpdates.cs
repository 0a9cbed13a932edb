using Cadre.Server.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Responses.Streaming;

/// <summary>
/// A stored response from its beginning, for one reader: what the rows have, then what the recorder tells, or, when there is none, what the journal has beyond
/// them. The same for every reader, whenever they come.
/// </summary>
/// <param name="recorder">Null when the run has ended and all of it was told.</param>
internal sealed class RecordedUpdates(IStore store, ServedRuns runs, RunTimeline timeline, ResponseRecorder? recorder, CancellationToken cancellationToken)
    : IAsyncEnumerator<RunUpdate>
{
    private readonly ResponseLog _log = new(store, timeline);
    private IAsyncEnumerator<RunUpdate>? _rows;
    private IReadOnlyList<RunUpdate> _told = [];
    private int _next;
    private RunSubscription? _rest;
    private RunUpdate? _current;
    private long _lastBehind = -1;

    public RunUpdate Current => _current ?? throw new InvalidOperationException("There is nothing yet.");

    public async ValueTask<bool> MoveNextAsync()
    {
        while (true)
        {
            if (_rest is not null) return await FromAsync(_rest);
            if (_next < _told.Count)
            {
                _current = _told[_next++];
                _log.Follow(_current);
                return true;
            }

            if (_rows is not null)
            {
                if (await FromAsync(_rows)) return true;
                await _rows.DisposeAsync();
                _rows = null;
                if (recorder is null)
                {
                    _rest = new(runs, timeline, _log.Shown, cancellationToken);
                    continue;
                }
            }

            if (recorder is null) _rows = Rows();
            else if (await recorder.NextAsync(_log.Position, cancellationToken) is not { } told) _rows = RowsBeyond(_log.Position);
            else if (told.Count == 0) return false;
            else (_told, _next) = (told, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_rows is not null) await _rows.DisposeAsync();
        if (_rest is not null) await _rest.DisposeAsync();
    }

    /// <exception cref="InvalidDataException">They were read before, and had nothing: the rows are gone.</exception>
    private IAsyncEnumerator<RunUpdate> RowsBeyond(long position)
    {
        if (position == _lastBehind) throw new InvalidDataException($"What was told of run {timeline.Run} after update {position} is not there any more.");
        _lastBehind = position;
        return Rows();
    }

    private IAsyncEnumerator<RunUpdate> Rows() => _log.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    private async ValueTask<bool> FromAsync(IAsyncEnumerator<RunUpdate> source)
    {
        if (!await source.MoveNextAsync()) return false;
        _current = source.Current;
        return true;
    }
}
