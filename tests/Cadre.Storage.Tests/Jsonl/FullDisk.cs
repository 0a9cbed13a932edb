using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Jsonl;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Jsonl;

/// <summary>Runs on a small file system of its own: fills it, makes room, and goes on. Says what it found on the standard output.</summary>
internal static class FullDisk
{
    public const string Passed = "nothing lost";

    public static async Task<int> RunAsync(string directory)
    {
        var state = Path.Combine(directory, "state");
        var ballast = Path.Combine(directory, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[2 << 20]);
        var runs = Enumerable.Range(0, 8).Select(number => RunId.Parse($"full-{number}")).ToArray();
        var acknowledged = new int[runs.Length];
        var text = new string('x', 4000);

        await using (var journal = await JsonlJournal.OpenAsync(state, null, TimeProvider.System, CancellationToken.None))
        {
            await Task.WhenAll(runs.Select((run, i) => Task.Run(async () =>
            {
                try
                {
                    while (true) acknowledged[i] = (int)(await journal.AppendAsync(run, acknowledged[i], [Said(text)], CancellationToken.None)).Version;
                }
                catch (JournalUnavailableException)
                {
                }
            })));
            Console.WriteLine($"full after {acknowledged.Sum()}");
            try
            {
                await journal.AppendAsync(runs[0], acknowledged[0], [Said("small")], CancellationToken.None);
                return Fail("an append was acknowledged after the failure");
            }
            catch (JournalUnavailableException)
            {
            }

            if (await CountAsync(journal, runs) is var whileFull && !whileFull.SequenceEqual(acknowledged)) return Fail("events cannot be read while it is full");
        }

        File.Delete(ballast);
        await using var reopened = await JsonlJournal.OpenAsync(state, null, TimeProvider.System, CancellationToken.None);
        var there = await CountAsync(reopened, runs);
        for (var i = 0; i < runs.Length; i++)
        {
            if (there[i] < acknowledged[i]) return Fail($"{runs[i]} has {there[i]} events of {acknowledged[i]}");
            if (!(await reopened.AppendAsync(runs[i], there[i], [Said("again")], CancellationToken.None)).Won) return Fail("it does not go on");
        }

        Console.WriteLine(Passed);
        return 0;
    }

    private static async Task<int[]> CountAsync(IJournal journal, RunId[] runs)
    {
        var counts = new int[runs.Length];
        for (var i = 0; i < runs.Length; i++) counts[i] = await journal.ReadAsync(runs[i], 0, CancellationToken.None).CountAsync();
        return counts;
    }

    private static int Fail(string what)
    {
        Console.WriteLine(what);
        return 1;
    }
}
