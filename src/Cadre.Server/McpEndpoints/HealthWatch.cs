namespace Cadre.Server.McpEndpoints;

/// <summary>Asks every endpoint now and then, so that its history shows when it was down, whether or not somebody used it.</summary>
internal sealed class HealthWatch(LiveEndpoints live, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>Endpoints asked side by side.</summary>
    private const int Abreast = 4;

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(Interval, time, stop);
            var endpoints = await live.Definitions.ListAllAsync(stop);
            await Parallel.ForEachAsync(
                endpoints.Where(endpoint => endpoint.Definition.Enabled), new ParallelOptions { MaxDegreeOfParallelism = Abreast, CancellationToken = stop }, async (endpoint, cancellation) =>
                await live.Health.AddAsync(endpoint, await live.Of(endpoint).For(endpoint.Definition.SignIn == SignInMode.Organisation ? EndpointDefinition.Everybody : null).HealthAsync(cancellation), cancellation));
        }
    }
}
