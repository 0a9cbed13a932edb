using System.Diagnostics;
using Cadre.Engine.Runs;
using Cadre.Storage.Jsonl;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Jsonl;

/// <summary>A process of its own that appends to many runs, says what was acknowledged, and waits to be killed.</summary>
internal static class DoomedWriter
{
    public const string Verb = "--doomed-writer";
    public const string HoldVerb = "--hold";
    public const string FullVerb = "--full-disk";

    public static RunId Run(int number) => RunId.Parse($"doomed-{number}");

    public static async Task<int> RunAsync(string directory, int runs)
    {
        var options = new JsonlOptions { SegmentBytes = 64 << 10, FlushDelay = TimeSpan.FromMilliseconds(3), IdleCheckpoint = TimeSpan.FromMilliseconds(20) };
        await using var journal = await JsonlJournal.OpenAsync(directory, options, TimeProvider.System, CancellationToken.None);
        var output = Console.OpenStandardOutput();
        await Task.WhenAll(Enumerable.Range(0, runs).Select(number => Task.Run(async () =>
        {
            var run = Run(number);
            var version = await journal.ReadAsync(run, 0, CancellationToken.None).CountAsync();
            while (true)
            {
                var result = await journal.AppendAsync(run, version, [Said($"{number}:{version}"), Said($"{number}:{version + 1}")], CancellationToken.None);
                if (!result.Won) throw new UnreachableException();
                version += 2;
                lock (output) output.Write(System.Text.Encoding.ASCII.GetBytes($"{number} {version}\n"));
            }
        })));
        return 0;
    }

    public static async Task<int> HoldAsync(string directory)
    {
        await using var journal = await JsonlJournal.OpenAsync(directory, null, TimeProvider.System, CancellationToken.None);
        Console.WriteLine("held");
        await Console.In.ReadLineAsync();
        return 0;
    }

    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        return Process.Start(start)!;
    }
}
