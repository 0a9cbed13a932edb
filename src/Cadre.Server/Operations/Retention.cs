using Cadre.Server.Hosting;

namespace Cadre.Server.Operations;

/// <summary>Removes what has passed its time.</summary>
internal sealed class Retention(ServerContext context)
{
    private const int Batch = 500;

    /// <summary>What removed runs had of their own is collected once an hour.</summary>
    private const int SweepsPerCollection = 60;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var sweeps = 0;
        using var timer = new PeriodicTimer(Interval, context.Time);
        do
        {
            while ((await context.Store.SweepAsync(context.Time.GetUtcNow(), Batch, cancellationToken)).Count == Batch)
            {
                // More have passed their time.
            }

            if (++sweeps % SweepsPerCollection == 0) await context.Store.CollectPayloadsAsync(cancellationToken);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
