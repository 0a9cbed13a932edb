using System.Diagnostics;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Jsonl;

namespace Cadre.Bench.Journal;

/// <summary>From a cold open of the journal to the state of a run of 100,000 events.</summary>
internal static class ResumeBench
{
    private const int Events = 100_000;
    private const int Rounds = 5;

    public static async Task RunAsync(string? report)
    {
        using var page = new Report(report, "Resume: a journal of 100,000 events", "resume");
        var directory = Path.Combine(Path.GetTempPath(), $"cadre-bench-{Environment.ProcessId}");
        try
        {
            var history = History();
            var run = RunId.New(DateTimeOffset.UnixEpoch, [1, 2, 3, 4, 5, 6]);
            await using (var journal = await JsonlJournal.OpenAsync(directory, null, TimeProvider.System, CancellationToken.None))
            {
                await journal.AppendAsync(run, 0, history, CancellationToken.None);
            }

            var bytes = new FileInfo(Path.Combine(directory, $"run-{run}.jsonl")).Length;
            page.Line($"{Events:N0} events, {bytes / 1048576.0:N1} MiB: turns with a tool call, its start, its result.");
            page.Line();
            page.Line("| round | open | read and fold | together | processor time, compiler and collector included |");
            page.Line("|--:|--:|--:|--:|--:|");
            for (var round = 1; round <= Rounds; round++)
            {
                var spent = Environment.CpuUsage.TotalTime;
                var watch = Stopwatch.StartNew();
                await using var journal = await JsonlJournal.OpenAsync(directory, null, TimeProvider.System, CancellationToken.None);
                var opened = watch.Elapsed;
                var state = new RunState(run);
                await foreach (var @event in journal.ReadAsync(run, 0, CancellationToken.None)) state = RunFold.Apply(state, @event);
                var all = watch.Elapsed;
                var processor = (Environment.CpuUsage.TotalTime - spent).TotalMilliseconds;
                page.Line($"| {round}{(round == 1 ? " (cold)" : "")} | {opened.TotalMilliseconds:N0} ms | {(all - opened).TotalMilliseconds:N0} ms | {all.TotalMilliseconds:N0} ms | {processor:N0} ms |");
                if (state.Version != history.Count) throw new UnreachableException();
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static List<RunEvent> History()
    {
        List<RunEvent> events = [new RunEvent.Started(new RunDefinition(new AgentSpec("worker", "m", "Work.", ["*"]), Owner.Local), [new Message.User("Go on and on.")])];
        for (var turn = 0; events.Count < Events - 1; turn++)
        {
            var id = $"call_{turn}";
            events.Add(new RunEvent.TurnFinished(new ModelReply("", [new ToolRequest(id, "read_file", $$"""{"path":"src/file{{turn}}.cs"}""")], StopReason.ToolCalls, new Usage(1000, 20), "m")));
            events.Add(new RunEvent.CallStarted(id, $"key_{turn}", 1, Effect.Read, new Provenance("builtin", "1", "00"), "reads are allowed", "ff"));
            events.Add(new RunEvent.CallFinished(id, ToolResult.Ok("using System;\nnamespace A;\n"), TimeSpan.FromMilliseconds(3)));
        }

        return events;
    }
}
