using Cadre.Engine.Runs;
using Cadre.Storage.Documents;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Hosting;

/// <summary>Drives the server's runs: those that a former process left behind first, then whatever is queued.</summary>
internal sealed partial class EngineRoom(ServerContext context, int lanes) : IDisposable
{
    /// <summary>Open runs read at a time at the start.</summary>
    private const int Batch = 500;

    /// <summary>Runs taken over side by side: their records share a commit.</summary>
    private const int Abreast = 64;

    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger<EngineRoom> _logger = context.Parts.Log.CreateLogger<EngineRoom>();
    private Task _working = Task.CompletedTask;

    /// <summary>Completes when it was stopped, or when nothing can be recorded.</summary>
    public Task Completion => _working;

    /// <summary>On return every run that a former process drove is in the queue, before anybody can ask anything of it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var driver = new Driver(context.Engine, $"server:{Environment.ProcessId}", context.Parts.Log.CreateLogger<Driver>());
        await TakeOverAsync(driver, cancellationToken);
        var worker = new Worker(context.Engine.Queue, driver, lanes, context.Parts.Log.CreateLogger<Worker>());
        _working = Task.Run(() => worker.RunAsync(_stop.Token), CancellationToken.None);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();

    private async Task TakeOverAsync(Driver driver, CancellationToken cancellationToken)
    {
        RunId? after = null;
        var taken = 0;
        while (true)
        {
            var open = await context.Store.ListRunsAsync(Scope.Everything, new() { Ended = false, Limit = Batch, After = after, Descending = false }, cancellationToken);
            await Parallel.ForEachAsync(open.Where(run => run.Run.Parent is null), new ParallelOptions { MaxDegreeOfParallelism = Abreast, CancellationToken = cancellationToken }, async (run, stop) =>
            {
                if (await WaitsAsync(run.Run, stop)) return;
                Interlocked.Add(ref taken, (await driver.TakeOverAsync(run.Run, stop)).Count);
            });
            if (open.Count < Batch) break;
            after = open[^1].Run;
        }

        if (taken > 0) TookOver(taken);
    }

    /// <summary>A run that waits for its caller or for a person was in nobody's hands.</summary>
    private async ValueTask<bool> WaitsAsync(RunId run, CancellationToken cancellationToken) =>
        await context.Runs.Control.LoadAsync(run, cancellationToken) is { Paused: null } state && RunNext.Next(state) is RunStep.Wait(WaitFor.Client or WaitFor.Approval);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} open runs of a former process go on.")]
    private partial void TookOver(int count);
}
