using Microsoft.Extensions.Logging;

namespace Cadre.Server.Hosting;

/// <summary>What goes on beside requests, from the server's start to its end. A piece of work that fails is logged and begun again after a pause.</summary>
public sealed partial class BackgroundWork(TimeProvider time, ILogger<BackgroundWork> logger) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Name, Func<CancellationToken, Task> Work)> _work = [];
    private readonly List<Func<CancellationToken, Task>> _beforeRuns = [];
    private Task _all = Task.CompletedTask;

    /// <summary>Before the start only.</summary>
    /// <param name="work">Runs until cancelled; may end by itself.</param>
    public void Add(string name, Func<CancellationToken, Task> work) => _work.Add((name, work));

    /// <param name="work">Done before the first run is driven: what listens to runs from then on misses nothing. Its failure is the start's.</param>
    public void AddBeforeRuns(Func<CancellationToken, Task> work) => _beforeRuns.Add(work);

    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (var work in _beforeRuns) await work(cancellationToken);
    }

    internal void Start() => _all = Task.WhenAll(_work.Select(piece => Task.Run(() => RunAsync(piece.Name, piece.Work))));

    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _all;
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(string name, Func<CancellationToken, Task> work)
    {
        while (true)
        {
            try
            {
                await work(_stop.Token);
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                WorkFailed(name, failure);
            }

            await Task.Delay(Pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The background work '{Name}' failed and is begun again.")]
    private partial void WorkFailed(string name, Exception failure);
}
