using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Sqlite;

namespace Cadre.Bench.Storage;

/// <summary>Bytes that a thread takes when each of its runs starts with all messages before it: in the store, and as a copy with each run.</summary>
internal static class ThreadBench
{
    private const int MessageLength = 400;
    private static readonly int[] Lengths = [125, 250, 500, 1000];

    public static async Task RunAsync(string? report)
    {
        using var page = new Report(report, "Thread: what N messages cost", "thread");
        var directory = Path.Combine(Path.GetTempPath(), $"cadre-bench-{Environment.ProcessId}");
        try
        {
            page.Line($"A thread of N messages of {MessageLength} characters, by turns of the user and the assistant: N/2 runs, each of which starts with all messages before it. The copies are the same events' JSON, each run with its own.");
            page.Line();
            page.Line("| messages | the store's file | per message | copies | per message | times as much | a run's start, the last tenth |");
            page.Line("|--:|--:|--:|--:|--:|--:|--:|");
            foreach (var length in Lengths) page.Line(await MeasureAsync(directory, length));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<string> MeasureAsync(string directory, int length)
    {
        var state = Path.Combine(directory, $"{length}");
        var agent = new AgentSpec("assistant", "m", new string('i', 600), ["search"]);
        var history = ImmutableArray<Message>.Empty;
        var copies = 0L;
        var slow = new List<double>();
        await using (var store = await SqliteStore.OpenAsync(state, null, TimeProvider.System, CancellationToken.None))
        {
            for (var number = 0; history.Length < length; number++)
            {
                history = history.Add(new Message.User(Text("question", number)));
                var run = RunId.New(DateTimeOffset.UnixEpoch.AddSeconds(number), [1, 2, 3, 4, 5, 6]);
                RunEvent[] start = [new RunEvent.Started(new RunDefinition(agent, Owner.Local) { Thread = "thread" }, history)];
                RunEvent[] rest =
                [
                    new RunEvent.TurnFinished(new ModelReply(Text("answer", number), [], StopReason.Finished, new Usage(100, 100), "m")),
                    new RunEvent.Ended(new RunOutcome(RunStatus.Completed, "")),
                ];
                var watch = Stopwatch.GetTimestamp();
                if (!(await store.Journal.AppendAsync(run, 0, start, CancellationToken.None)).Won) throw new UnreachableException();
                if (history.Length >= length * 9 / 10) slow.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
                if (!(await store.Journal.AppendAsync(run, 1, rest, CancellationToken.None)).Won) throw new UnreachableException();
                foreach (var @event in (RunEvent[])[.. start, .. rest]) copies += JsonSerializer.SerializeToUtf8Bytes(@event, RunJson.Default.RunEvent).Length;
                history = history.Add(new Message.Assistant(Text("answer", number), []));
            }
        }

        var file = new FileInfo(Path.Combine(state, SqliteStore.FileName)).Length;
        return $"| {length} | {file / 1024.0:N0} KiB | {(double)file / length:N0} B | {copies / 1024.0:N0} KiB | {(double)copies / length:N0} B | {(double)copies / file:N1} | {slow.Order().ElementAt(slow.Count / 2):N2} ms |";
    }

    private static string Text(string kind, int number) => $"{kind} {number} ".PadRight(MessageLength, 'x');
}
