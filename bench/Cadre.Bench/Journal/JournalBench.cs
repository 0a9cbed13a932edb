using System.Diagnostics;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Durable;
using Cadre.Storage.Jsonl;

namespace Cadre.Bench.Journal;

/// <summary>Durable appends per second: the disk, the least that can be done, and Cadre's journal, in turns.</summary>
internal static class JournalBench
{
    private const int Rounds = 5;
    private const int RecordLength = 250;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);
    private static readonly int[] Writers = [1, 32, 256];

    private static readonly RunEvent[] Event =
    [
        new RunEvent.CallFinished("call_0123456789", ToolResult.Ok("README.md\nsrc\ntests"), TimeSpan.FromMilliseconds(12)) { At = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero) },
    ];

    public static async Task RunAsync(string? report)
    {
        using var page = new Report(report, "Journal: durable appends per second", "journal");
        var directory = Path.Combine(Environment.GetEnvironmentVariable("CADRE_BENCH_DIRECTORY") ?? Path.GetTempPath(), $"cadre-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        try
        {
            await BareAsync(directory, 256, TimeSpan.FromSeconds(1));
            await OursAsync(directory, 256, TimeSpan.FromSeconds(2));
            var raw = Median([.. Enumerable.Range(0, Rounds).Select(_ => RawSync(directory))]);
            page.Line($"One writer, one `pwrite` of {RecordLength} bytes and one `fdatasync` each: {raw:N0}/s. Medians of {Rounds} rounds of {Duration.TotalSeconds} s, taken in turns.");
            page.Line();
            page.Line("| writers (runs) | bare group commit | Cadre's journal | ratio | bytes allocated per append |");
            page.Line("|--:|--:|--:|--:|--:|");
            foreach (var writers in Writers)
            {
                List<double> bare = [], ours = [], ratios = [], allocated = [];
                for (var round = 0; round < Rounds; round++)
                {
                    bare.Add(await BareAsync(directory, writers, Duration));
                    var (rate, bytes) = await OursAsync(directory, writers, Duration);
                    ours.Add(rate);
                    ratios.Add(rate / bare[^1]);
                    allocated.Add(bytes);
                }

                page.Line($"| {writers} | {Median(bare):N0} | {Median(ours):N0} | {Median(ratios):P0} | {Median(allocated):N0} |");
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static double RawSync(string directory)
    {
        using var file = DurableFile.Open(PosixDisk.Instance, Path.Combine(directory, "raw"));
        file.Reserve(16 << 20);
        file.Sync();
        var record = new byte[RecordLength];
        var count = 0;
        var watch = Stopwatch.StartNew();
        for (var offset = 0L; watch.Elapsed < Duration; count++, offset = (offset + RecordLength) % (15 << 20))
        {
            file.Write(record, offset);
            file.Sync();
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> BareAsync(string directory, int writers, TimeSpan duration)
    {
        using var commit = new BareGroupCommit(Path.Combine(directory, "bare"), 32 << 20);
        var (count, seconds) = await MeasureAsync(writers, duration, async (_, running) =>
        {
            var record = new byte[RecordLength];
            var waiter = new BareGroupCommit.Waiter();
            var done = 0;
            for (; running(); done++) await commit.AppendAsync(record, waiter);
            return done;
        });
        return count / seconds;
    }

    private static async Task<(double Rate, double BytesPerAppend)> OursAsync(string directory, int writers, TimeSpan duration)
    {
        var state = Path.Combine(directory, "state");
        await using var journal = await JsonlJournal.OpenAsync(state, null, TimeProvider.System, CancellationToken.None);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var (count, seconds) = await MeasureAsync(writers, duration, async (number, running) =>
        {
            var run = RunId.New(DateTimeOffset.UnixEpoch, [(byte)(number >> 8), (byte)number, 0, 0, 0, 1]);
            var version = 0L;
            for (; running(); version++)
            {
                if (await journal.AppendAsync(run, version, Event, CancellationToken.None) is not { Won: true }) throw new UnreachableException();
            }

            return (int)version;
        });
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        await journal.DisposeAsync();
        Directory.Delete(state, recursive: true);
        return (count / seconds, (double)allocated / count);
    }

    private static async Task<(long Count, double Seconds)> MeasureAsync(int writers, TimeSpan duration, Func<int, Func<bool>, Task<int>> write)
    {
        var stop = false;
        var watch = Stopwatch.StartNew();
        var tasks = Enumerable.Range(0, writers).Select(number => Task.Run(() => write(number, () => !Volatile.Read(ref stop)))).ToArray();
        await Task.Delay(duration);
        Volatile.Write(ref stop, true);
        var count = (await Task.WhenAll(tasks)).Sum(done => (long)done);
        return (count, watch.Elapsed.TotalSeconds);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
