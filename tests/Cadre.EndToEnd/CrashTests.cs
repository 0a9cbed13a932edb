using System.Globalization;
using System.Text.RegularExpressions;

namespace Cadre.EndToEnd;

/// <summary>
/// `kill -9` at random moments of a goal with file writes and a command that is not idempotent: every resume ends well, and no step is done twice.
/// CADRE_CRASH_KILLS sets how many; a failing seed is in the message.
/// </summary>
public sealed partial class A_goal_that_is_killed
{
    private const int Lanes = 2;

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("CADRE_CRASH_KILLS") ?? "200", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Ends_well_and_does_nothing_twice()
    {
        using var shared = new Place();
        await using var simulated = await Simulated.StartAsync(shared, "--script", Path.Combine(AppContext.BaseDirectory, "crash.yaml"));
        var (left, goals, doubts) = (Kills, 0, 0);
        var lanes = Enumerable.Range(0, Lanes).Select(lane => Task.Run(async () =>
        {
            for (var seed = lane; Volatile.Read(ref left) > 0; seed += Lanes)
            {
                var (killed, doubted) = await KillUntilEndedAsync(seed, simulated.BaseUrl);
                Interlocked.Add(ref left, -killed);
                Interlocked.Increment(ref goals);
                Interlocked.Add(ref doubts, doubted);
            }
        }));
        await Task.WhenAll(lanes);
        TestContext.Current.TestOutputHelper!.WriteLine($"{Kills - left} kills in {goals} goals; {doubts} calls came in doubt.");
    }

    /// <summary>One goal, killed again and again; returns the number of kills, and of calls that came in doubt.</summary>
    private static async Task<(int Kills, int Doubts)> KillUntilEndedAsync(int seed, Uri model)
    {
        using var place = new Place();
        var random = new Random(seed);
        var append = place.Write("work/append", "#!/bin/sh\nprintf 'line-%s\\n' \"$1\" >> ledger.txt && echo appended line-$1\n");
        File.SetUnixFileMode(append, (UnixFileMode)0b111_101_101);
        place.Command.WithModel(model);
        var (kills, started) = (0, false);
        for (var attempt = 0; attempt < 60; attempt++)
        {
            var process = started ? place.Command.Start("resume", "last") : place.Command.Start("--approve", "auto", "Write A, B and C");
            // The first moments of a process are its start; the work is in what follows. The last attempts are left to end.
            var patience = attempt > 40 ? TimeSpan.FromMinutes(2) : TimeSpan.FromMilliseconds(random.Next(150, 1_400));
            var finished = await CadreCommand.KillAsync(process, patience);
            started = Directory.Exists(place.Command.State) && Directory.GetFiles(place.Command.State, "*").Any(path => HasRun().IsMatch(path));
            if (finished.ExitCode == 0)
            {
                await CheckAsync(seed, kills, place);
                var journals = Directory.GetFiles(place.Command.State, "run-*.jsonl").Select(File.ReadAllText);
                return (kills, journals.Sum(journal => InDoubt().Count(journal)));
            }

            Assert.True(finished.ExitCode == 137, $"Seed {seed}, after {kills} kills: exit code {finished.ExitCode}\n{finished}");
            kills++;
        }

        throw new InvalidOperationException($"Seed {seed}: not ended after {kills} kills.");
    }

    private static async Task CheckAsync(int seed, int kills, Place place)
    {
        var where = $"Seed {seed}, {kills} kills";
        foreach (var letter in new[] { "a", "b", "c" })
            Assert.True(string.Equals(await File.ReadAllTextAsync(place[letter + ".txt"]), letter, StringComparison.OrdinalIgnoreCase), $"{where}: {letter}.txt");
        var ledger = await File.ReadAllLinesAsync(place["ledger.txt"]);
        Assert.True(ledger.Order(StringComparer.Ordinal).SequenceEqual(["line-a", "line-b", "line-c"]), $"{where}: the ledger is {string.Join(' ', ledger)}");
        var audit = await place.Command.RunAsync("audit", "verify");
        Assert.True(audit.ExitCode == 0, $"{where}: {audit}");
        var shown = await place.Command.RunAsync("show", "last", "--json");
        Assert.True(shown.ExitCode == 0, $"{where}: {shown}");
    }

    [GeneratedRegex(@"""status"":""InDoubt""")]
    private static partial Regex InDoubt();

    [GeneratedRegex(@"/(run-.*\.jsonl|journal\.wal.*)$")]
    private static partial Regex HasRun();
}
