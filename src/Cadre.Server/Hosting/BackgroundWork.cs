using Microsoft.Extensions.Logging;

namespace Cadre.Server.Hosting;

/// <summary>
/// What a server does without being asked: faces add it when they are mapped, and it runs from the time when runs are being driven until the server drains.
/// </summary>
public sealed partial class BackgroundWork(ILogger<BackgroundWork> logger)
{
    private readonly List<(string Name, Func<CancellationToken, Task> Work)> _added = [];
    private Task _running = Task.CompletedTask;

    /// <param name="work">Returns or throws <see cref="OperationCanceledException"/> when it is told to stop.</param>
    public void Add(string name, Func<CancellationToken, Task> work) => _added.Add((name, work));

    internal void Start(CancellationToken stopping) => _running = Task.WhenAll(_added.Select(work => Task.Run(() => RunAsync(work.Name, work.Work, stopping), CancellationToken.None)));

    internal Task StopAsync() => _running;

    private async Task RunAsync(string name, Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server drains.
        }
        catch (Exception failure)
        {
            Failed(name, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Name} has stopped: it runs again after a restart.")]
    private partial void Failed(string name, Exception failure);
}
