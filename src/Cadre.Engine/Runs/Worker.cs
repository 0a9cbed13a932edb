using Cadre.Engine.Ports;
using Microsoft.Extensions.Logging;

namespace Cadre.Engine.Runs;

/// <summary>Takes runs from the queue and drives them, a bounded number side by side.</summary>
public sealed partial class Worker(IRunQueue queue, Driver driver, int concurrency, ILogger<Worker> logger)
{
    /// <summary>Works until cancelled. A store that cannot make events durable ends it: going on could acknowledge what is lost.</summary>
    /// <exception cref="StoreUnavailableException">As above.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lanes = Enumerable.Range(0, concurrency).Select(_ => LaneAsync(stop)).ToArray();
        await Task.WhenAll(lanes);
    }

    private async Task LaneAsync(CancellationTokenSource stop)
    {
        try
        {
            await foreach (var run in queue.ReadAllAsync(stop.Token)) await DriveAsync(run, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop: what was being driven is taken over later.
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task DriveAsync(RunId run, CancellationToken cancellationToken)
    {
        try
        {
            await driver.DriveAsync(run, cancellationToken);
        }
        catch (JournalDamagedException damage)
        {
            RunIsDamaged(run, damage);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Run} cannot be driven: its journal is damaged. Nothing was thrown away.")]
    private partial void RunIsDamaged(RunId run, Exception damage);
}
