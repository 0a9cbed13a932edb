using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Storage.Documents;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Assistants;

/// <summary>
/// Ends runs of a face that wait for tool outputs after their time. What it needs to know is in the store, so it makes no difference whether the server was
/// restarted meanwhile. A run that waits for a person's approval is left alone.
/// </summary>
/// <param name="face">Whose runs it ends.</param>
internal sealed partial class RunExpiry(ServerContext context, string face)
{
    /// <summary>How late a run may expire.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Runs looked at in one reading.</summary>
    private const int Batch = 500;

    private readonly ILogger<RunExpiry> _logger = context.Parts.Log.CreateLogger<RunExpiry>();

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, context.Time);
        do
        {
            try
            {
                await SweepAsync(stopping);
            }
            catch (Engine.Ports.StoreUnavailableException unavailable)
            {
                CannotExpire(unavailable);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        var due = context.Time.GetUtcNow() - RunRendering.Lifetime;
        RunId? after = null;
        while (true)
        {
            // Run ids sort by time: the oldest come first, and the first that is young enough ends the sweep.
            var query = new RunQuery { Face = face, Ended = false, After = after, Limit = Batch, Descending = false };
            var open = await context.Store.ListRunsAsync(Scope.Everything, query, stopping);
            foreach (var entry in open)
            {
                if (entry.StartedAt > due) return;
                await ExpireAsync(entry.Run, stopping);
            }

            if (open.Count < Batch) return;
            after = open[^1].Run;
        }
    }

    private async ValueTask ExpireAsync(RunId run, CancellationToken stopping)
    {
        if (await context.Runs.Control.LoadAsync(run, stopping) is not { } state || RunNext.Next(state) is not RunStep.Wait(WaitFor.Client)) return;
        if (await context.Runs.Control.ExpireAsync(run, "No tool outputs were submitted in time.", stopping) == CommandResult.Done) Expired(run);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run} has expired: no tool outputs were submitted.")]
    private partial void Expired(RunId run);

    [LoggerMessage(Level = LogLevel.Error, Message = "Runs cannot expire now.")]
    private partial void CannotExpire(Exception unavailable);
}
