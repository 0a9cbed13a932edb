using System.Runtime.CompilerServices;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>Streams a run's events out of its file and of the lines that are not in the file yet.</summary>
/// <param name="end">Where the file's certain part ends; beyond the file's end for one that another process may be writing.</param>
/// <param name="rest">Lines that follow; those that the file has already are passed over.</param>
internal sealed class RunFileReader(RunId run, string path, long end, ReadOnlyMemory<byte> rest, int lineLimit)
{
    private readonly uint _idCrc = Crc32C.Append(Crc32C.Start, System.Text.Encoding.ASCII.GetBytes(run.ToString()));
    private long _next;

#pragma warning disable CS1998 // Answered from the page cache; asynchronous because the port is, and because other journals are.
    public async IAsyncEnumerable<RunEvent> ReadAsync(long from, [EnumeratorCancellation] CancellationToken cancellationToken)
#pragma warning restore CS1998
    {
        if (end > 0 && File.Exists(path))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var lines = new LineScanner(file, end, lineLimit);
            while (TryNext(lines, from, out var @event))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (@event is not null) yield return @event;
            }
        }

        while (TryNextOfRest(from, out var @event))
        {
            if (@event is not null) yield return @event;
        }
    }

    /// <param name="event">Null for one before <paramref name="from"/>.</param>
    private bool TryNext(LineScanner lines, long from, out RunEvent? @event)
    {
        @event = null;
        if (lines.TryNext(out var line))
        {
            @event = Read(line, from);
            return true;
        }

        if (lines.FoundGiant) throw new JournalDamagedException(run, _next, RunFileCheck.Giant);

        // A whole event that only lacks its newline counts; anything else after the last newline was torn off while being written.
        var tail = lines.Tail;
        if (tail.IsEmpty || !JournalLine.TryRead(tail, _idCrc, _next, out _, out _)) return false;
        @event = Read(tail, from);
        lines.Dispose();
        return true;
    }

    private bool TryNextOfRest(long from, out RunEvent? @event)
    {
        @event = null;
        if (rest.Span.IndexOf((byte)'\n') is not (>= 0 and var newline)) return false;
        var line = rest.Span[..newline];
        if (!JournalLine.TryReadSequence(line, out var sequence, out _) || sequence > _next) return false;
        if (sequence == _next) @event = Read(line, from);
        rest = rest[(newline + 1)..];
        return true;
    }

    private RunEvent? Read(ReadOnlySpan<byte> line, long from)
    {
        if (!JournalLine.TryRead(line, _idCrc, _next, out var range, out var reason)) throw new JournalDamagedException(run, _next, reason);
        if (_next++ < from) return null;
        try
        {
            return EventForm.Read(line[range]) ?? throw new JournalDamagedException(run, _next - 1, "it is null");
        }
        catch (JsonException unreadable)
        {
            throw new JournalDamagedException(run, _next - 1, EventForm.WhyUnreadable(line[range], unreadable));
        }
    }
}
