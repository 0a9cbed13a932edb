namespace Cadre.Bench.Server;

/// <summary>What a server did under a load and what each answer cost its process.</summary>
/// <param name="Rate">A second.</param>
/// <param name="Median">Milliseconds.</param>
/// <param name="Processor">Milliseconds.</param>
/// <param name="Written">Bytes.</param>
internal sealed record Spent(double Rate, double Median, double Processor, double Written)
{
    public static async Task<Spent> OfAsync(Child server, Func<Task<Measured>> load)
    {
        var (processor, written) = (server.Processor, server.Written);
        var measured = await load();
        return new(measured.Rate, measured.Median, (server.Processor - processor).TotalMilliseconds / measured.Count, (double)(server.Written - written) / measured.Count);
    }
}
