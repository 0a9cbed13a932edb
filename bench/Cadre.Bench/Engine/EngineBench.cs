using System.Diagnostics;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Models;
using Cadre.Models.Endpoints;
using Cadre.Simulator;

namespace Cadre.Bench.Engine;

/// <summary>
/// A run of one model call, one tool call and one final call, all recorded, against the simulator on a socket; beside it the same two model calls by the
/// same client without an engine. The difference is the engine's own time.
/// </summary>
internal static class EngineBench
{
    private const int Runs = 2_000;
    private const int WarmUp = 300;
    private const int InFlight = 10_000;

    public static async Task RunAsync(string? path)
    {
        using var report = new Report(path, "Engine", "engine");
        await using var simulator = await SimulatorServer.StartAsync(SimulatorScript.BuiltIn, new() { RecordRequests = false });
        using var model = new ConnectedModel(new(new Endpoint(simulator.BaseUrl)), TimeProvider.System);

        var bare = await MedianAsync(_ => BareAsync(model));
        double whole;
        await using (var engine = await BenchEngine.StartAsync(model, lanes: 1))
            whole = await MedianAsync(number => engine.RunAsync(BenchEngine.NewId(number)));
        report.Line("| one run: model, tool, model | median ms |");
        report.Line("|---|--:|");
        report.Line($"| the two model calls alone, same client | {bare:0.000} |");
        report.Line($"| the run, with journal and audit | {whole:0.000} |");
        report.Line($"| **the engine's own time** (goal: at most 1) | **{whole - bare:0.000}** |");
        report.Line();
        await ThroughputAsync(report, model);
        await InFlightAsync(report);
    }

    private static async Task<double> MedianAsync(Func<int, Task> once)
    {
        var times = new List<double>(Runs);
        for (var number = 0; number < WarmUp + Runs; number++)
        {
            var began = Stopwatch.GetTimestamp();
            await once(number);
            if (number >= WarmUp) times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static async Task BareAsync(IModel model)
    {
        var tool = new ToolDefinition("look", "Looks.", JsonDocument.Parse("""{"type":"object","properties":{"q":{"type":"string"}}}""").RootElement);
        var history = new List<Message> { new Message.User("use the tool") };
        for (var turn = 0; turn < 2; turn++)
        {
            var request = new ModelRequest("simulator", "Work.", history) { Tools = [tool] };
            await foreach (var chunk in model.StreamAsync(request, CancellationToken.None))
            {
                if (chunk is ModelChunk.Failed failed) throw new InvalidOperationException(failed.Failure.Message);
                if (chunk is not ModelChunk.Completed { Reply: var reply }) continue;
                history.Add(new Message.Assistant(reply.Text, reply.Calls, reply.Raw));
                history.AddRange(reply.Calls.Select(call => new Message.ToolOutput(call.CallId, "seen")));
            }
        }
    }

    private static async Task ThroughputAsync(Report report, IModel model)
    {
        report.Line("| runs side by side | runs/s | CPU ms per run (simulator included) |");
        report.Line("|--:|--:|--:|");
        foreach (var lanes in new[] { 1, 32, 256 })
        {
            await using var engine = await BenchEngine.StartAsync(model, lanes);
            var total = lanes == 1 ? 1_000 : 6_000;
            var next = 0;
            var cpu = Environment.CpuUsage.TotalTime;
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => Task.Run(async () =>
            {
                while (Interlocked.Increment(ref next) is var number && number <= total) await engine.RunAsync(BenchEngine.NewId(number));
            })));
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            report.Line($"| {lanes} | {total / seconds:0} | {(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / total:0.00} |");
        }

        report.Line();
    }

    /// <summary>Runs that wait for their model: what each of them holds in memory.</summary>
    private static async Task InFlightAsync(Report report)
    {
        var model = new Stalled();
        await using var engine = await BenchEngine.StartAsync(model, InFlight);
        var before = Memory();
        for (var number = 0; number < InFlight; number++)
            await engine.Control.StartAsync(BenchEngine.NewId(number), new(new("bench", "m", "Work.", ["*"]), Cadre.Engine.Tools.Owner.Local), [new Message.User("go")], CancellationToken.None);
        while (model.Waiting < InFlight) await Task.Delay(20);
        var used = Memory() - before;
        report.Line($"{InFlight:N0} runs in flight, each waiting for its model: {used / 1048576.0:0} MiB of managed memory more, {used / 1024.0 / InFlight:0.0} KiB each; the process has {Environment.WorkingSet / 1048576.0:0} MiB (goal: under 1,024).");
    }

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);

    private sealed class Stalled : IModel
    {
        private int _waiting;

        public int Waiting => Volatile.Read(ref _waiting);

        public async IAsyncEnumerable<ModelChunk> StreamAsync(
            ModelRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _waiting);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            yield break;
        }
    }
}
