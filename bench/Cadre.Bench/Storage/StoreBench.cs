using System.Diagnostics;
using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Sqlite;

namespace Cadre.Bench.Storage;

/// <summary>Durable appends per second to the SQLite store, beside the least that can be done for the same rows, in turns.</summary>
internal static class StoreBench
{
    private const int Rounds = 5;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);
    private static readonly int[] Writers = [1, 32, 256];
    private static readonly int[] Events = [1, 3];

    private static readonly RunEvent Event =
        new RunEvent.CallFinished("call_0123456789", ToolResult.Ok(new string('x', 150)), TimeSpan.FromMilliseconds(12)) { At = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero) };

    public static async Task RunAsync(string? report)
    {
        using var page = new Report(report, "Store: durable appends per second", "store");
        var directory = Path.Combine(Environment.GetEnvironmentVariable("CADRE_BENCH_DIRECTORY") ?? Path.GetTempPath(), $"cadre-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(Event, RunJson.Default.RunEvent);
            page.Line($"Each writer has a run of its own and waits for each append; an event is a row of {body.Length} bytes. Medians of {Rounds} rounds of {Duration.TotalSeconds} s, taken in turns. Bytes written are those given to the system, the log and the database together.");
            page.Line();
            page.Line("| writers | events an append | bare group commit | the store | ratio | CPU µs an append, bare | the store | bytes written an append, bare | the store | bytes allocated an append |");
            page.Line("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
            await BareAsync(directory, 256, 1, body);
            await StoreAsync(directory, 256, 1);
            foreach (var writers in Writers)
            {
                foreach (var events in Events)
                {
                    List<Measured> bare = [], store = [];
                    for (var round = 0; round < Rounds; round++)
                    {
                        bare.Add(await BareAsync(directory, writers, events, body));
                        store.Add(await StoreAsync(directory, writers, events));
                    }

                    var ratio = Median(bare.Zip(store, (least, ours) => ours.Rate / least.Rate));
                    page.Line($"| {writers} | {events} | {Median(bare.Select(one => one.Rate)):N0} | {Median(store.Select(one => one.Rate)):N0} | {ratio:P0} | {Median(bare.Select(one => one.Processor)):N0} | {Median(store.Select(one => one.Processor)):N0} | {Median(bare.Select(one => one.Written)):N0} | {Median(store.Select(one => one.Written)):N0} | {Median(store.Select(one => one.Allocated)):N0} |");
                }
            }

            page.Line();
            page.Line("The storage's part of a whole run on a server, of a thread of its own: five commits (the message; the start; a reply with a call; its result; the answer) with six events, a thread and four items, and two readings.");
            page.Line();
            page.Line("| at once | runs a second | CPU µs a run | bytes written a run | bytes allocated a run |");
            page.Line("|--:|--:|--:|--:|--:|");
            foreach (var writers in Writers)
            {
                var rounds = new List<Measured>();
                for (var round = 0; round < Rounds; round++) rounds.Add(await RunsAsync(directory, writers));
                page.Line($"| {writers} | {Median(rounds.Select(one => one.Rate)):N0} | {Median(rounds.Select(one => one.Processor)):N0} | {Median(rounds.Select(one => one.Written)):N0} | {Median(rounds.Select(one => one.Allocated)):N0} |");
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<Measured> BareAsync(string directory, int writers, int events, byte[] body)
    {
        var path = Path.Combine(directory, "bare.db");
        using (var bare = new BareSqlite(path))
        {
            var measured = await MeasureAsync(writers, async (number, running) =>
            {
                var position = (long)(number + 1) << 24;
                var done = 0;
                for (; running(); done++, position += events) await bare.CommitAsync(position, body, events);
                return done;
            });
            bare.Dispose();
            File.Delete(path);
            return measured;
        }
    }

    private static async Task<Measured> StoreAsync(string directory, int writers, int events)
    {
        var state = Path.Combine(directory, "state");
        await using var store = await SqliteStore.OpenAsync(state, null, TimeProvider.System, CancellationToken.None);
        RunEvent[] append = [.. Enumerable.Repeat(Event, events)];
        var measured = await MeasureAsync(writers, async (number, running) =>
        {
            var run = RunId.New(DateTimeOffset.UnixEpoch, [(byte)(number >> 8), (byte)number, 0, 0, 0, 1]);
            var done = 0;
            for (; running(); done++)
            {
                if (await store.Journal.AppendAsync(run, (long)done * events, append, CancellationToken.None) is not { Won: true }) throw new UnreachableException();
            }

            return done;
        });
        await store.DisposeAsync();
        Directory.Delete(state, recursive: true);
        return measured;
    }

    private static async Task<Measured> RunsAsync(string directory, int writers)
    {
        var state = Path.Combine(directory, "state");
        await using var store = await SqliteStore.OpenAsync(state, null, TimeProvider.System, CancellationToken.None);
        var measured = await MeasureAsync(writers, async (number, running) =>
        {
            var done = 0;
            for (; running(); done++) await RunBench.RunAsync(store, number, done);
            return done;
        });
        await store.DisposeAsync();
        Directory.Delete(state, recursive: true);
        return measured;
    }

    private static async Task<Measured> MeasureAsync(int writers, Func<int, Func<bool>, Task<int>> write)
    {
        var stop = false;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var written = Written();
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var tasks = Enumerable.Range(0, writers).Select(number => Task.Run(() => write(number, () => !Volatile.Read(ref stop)))).ToArray();
        await Task.Delay(Duration);
        Volatile.Write(ref stop, true);
        var count = (await Task.WhenAll(tasks)).Sum(done => (double)done);
        return new(
            count / watch.Elapsed.TotalSeconds,
            (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / count,
            (Written() - written) / count,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / count);
    }

    private static long Written() => long.Parse(File.ReadLines("/proc/self/io").First(line => line.StartsWith("wchar", StringComparison.Ordinal)).AsSpan("wchar: ".Length));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private readonly record struct Measured(double Rate, double Processor, double Written, double Allocated);
}
