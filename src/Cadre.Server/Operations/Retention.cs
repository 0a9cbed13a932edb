using Cadre.Server.Hosting;

namespace Cadre.Server.Operations;

/// <summary>Removes what has passed its time.</summary>
internal sealed class Retention(ServerContext context)
{
    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, context.Time);
        do
        {
            while ((await context.Store.SweepAsync(context.Time.GetUtcNow(), Batch, cancellationToken)).Count == Batch)
            {
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
