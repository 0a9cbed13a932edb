using System.Diagnostics;
using Cadre.Engine.Runs;

namespace Cadre.Storage.Jsonl;

/// <summary>Where a run's file stops being a journal.</summary>
/// <param name="Length">Bytes of its whole events.</param>
/// <param name="Damage">Why the next line, which is not the torn end of the file, cannot be trusted.</param>
/// <param name="LacksNewline">The last event is whole but for its newline, which <paramref name="Length"/> does not count.</param>
internal readonly record struct RunFileEnd(long Events, long Length, long FileLength, string? Damage, bool LacksNewline);

/// <summary>Counts a file's events and checks each line, without reading the events themselves.</summary>
internal static class RunFileCheck
{
    public const string Giant = "the line is longer than the limit";

    public static RunFileEnd Read(RunId run, uint idCrc, string path, int lineLimit)
    {
        Debug.Assert(Path.GetFileName(path) == RunFileName.Of(run));
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var length = RandomAccess.GetLength(file);
        using var lines = new LineScanner(file, length, lineLimit);
        var events = 0L;
        var start = 0L;
        while (lines.TryNext(out var line))
        {
            if (!JournalLine.TryRead(line, idCrc, events, out _, out var reason)) return new(events, start, length, reason, false);
            events++;
            start = lines.Position;
        }

        if (lines.FoundGiant) return new(events, start, length, Giant, false);
        if (lines.Tail.Length == length - start && !lines.Tail.IsEmpty && JournalLine.TryRead(lines.Tail, idCrc, events, out _, out _))
        {
            return new(events + 1, length, length, null, LacksNewline: true);
        }

        return new(events, start, length, null, false);
    }
}
