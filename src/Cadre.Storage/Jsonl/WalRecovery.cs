using System.Text;
using Cadre.Engine.Runs;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>Lines that a log holds for one run's file.</summary>
internal sealed record WalLines(RunId Run, long FileOffset, ReadOnlyMemory<byte> Lines);

/// <summary>Reads what a journal that was not closed left in its log, and puts it where it belongs.</summary>
internal static class WalRecovery
{
    /// <summary>All appends in both segments, in order for each run.</summary>
    public static List<WalLines> Read(string directory)
    {
        List<WalLines> found = [];
        foreach (var name in WalSegment.Names)
        {
            var path = Path.Combine(directory, name);
            if (File.Exists(path)) Read(File.ReadAllBytes(path), found);
        }

        found.Sort((a, b) => a.FileOffset.CompareTo(b.FileOffset));
        return found;
    }

    /// <summary>Makes the run files hold all that the log holds, durably, and removes the log.</summary>
    public static void Run(string directory, IDisk disk)
    {
        var paths = WalSegment.Names.Select(name => Path.Combine(directory, name)).Where(File.Exists).ToArray();
        if (paths.Length == 0) return;
        foreach (var run in Read(directory).GroupBy(lines => lines.Run)) Replay(Path.Combine(directory, RunFileName.Of(run.Key)), run, directory, disk);
        disk.SyncDirectory(directory);
        foreach (var path in paths) File.Delete(path);
        disk.SyncDirectory(directory);
    }

    private static void Replay(string path, IEnumerable<WalLines> appends, string directory, IDisk disk)
    {
        var first = appends.First();
        if (first.FileOffset > 0 && !File.Exists(path)) return; // The run was deleted, in whole: nothing of it is brought back.
        using var file = DurableFile.Open(disk, path);
        if (first.FileOffset > file.Length)
        {
            // Somebody shortened the file. What cannot be put in its place is kept beside it.
            path = Path.Combine(directory, $"rest-{first.Run}-{first.FileOffset}.jsonl");
            DurableFile.Replace(disk, path, appends.SelectMany(append => append.Lines.ToArray()).ToArray());
            return;
        }

        foreach (var append in appends) file.Write(append.Lines.Span, append.FileOffset);
        file.Sync();
    }

    private static void Read(ReadOnlyMemory<byte> segment, List<WalLines> found)
    {
        ulong? epoch = null;
        while (WalRecord.TryRead(segment.Span, out var record) && (epoch ??= record.Epoch) == record.Epoch)
        {
            var payload = segment.Slice(WalRecord.HeaderLength, record.PayloadLength);
            if (!RunId.TryParse(Encoding.ASCII.GetString(payload.Span[..record.IdLength]), null, out var run)) return;
            found.Add(new(run, record.FileOffset, payload[record.IdLength..]));
            segment = segment[(WalRecord.HeaderLength + record.PayloadLength)..];
        }
    }
}
