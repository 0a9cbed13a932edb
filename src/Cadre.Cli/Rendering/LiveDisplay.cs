using Cadre.Engine.Runs;
using Spectre.Console;

namespace Cadre.Cli.Rendering;

/// <summary>Draws the plan tree in place, several times a second.</summary>
internal sealed class LiveDisplay(IAnsiConsole console, TimeProvider time) : IRunDisplay
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(120);

    private readonly Lock _gate = new();
    private readonly long _started = time.GetTimestamp();
    private RunTree? _tree;
    private CancellationTokenSource? _stop;
    private Task _drawing = Task.CompletedTask;

    public void Show(RunTree tree, FeedItem item)
    {
        lock (_gate)
        {
            if (item is FeedItem.Fact fact) tree.Apply(fact);
            if (_tree is not null) return;
            _tree = tree;
            Start();
        }
    }

    public async ValueTask<IAsyncDisposable> HideAsync()
    {
        await DisposeAsync();
        return new Shown(this);
    }

    public async ValueTask DisposeAsync()
    {
        Task drawing;
        lock (_gate)
        {
            _stop?.Cancel();
            drawing = _drawing;
        }

        await drawing;
        lock (_gate)
        {
            _stop?.Dispose();
            _stop = null;
        }
    }

    private void Start()
    {
        _stop = new();
        var stop = _stop.Token;
        _drawing = Task.Run(() => DrawAsync(stop), CancellationToken.None);
    }

    private async Task DrawAsync(CancellationToken stop)
    {
        await console.Live(new Text("")).AutoClear(false).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top).StartAsync(async live =>
        {
            for (var tick = 0; !stop.IsCancellationRequested; tick++)
            {
                Draw(live, tick);
                await Task.Delay(Refresh, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            Draw(live, 0);
        });
    }

    private void Draw(LiveDisplayContext live, int tick)
    {
        lock (_gate) live.UpdateTarget(LivePicture.Draw(_tree!, time.GetElapsedTime(_started), tick));
    }

    private sealed class Shown(LiveDisplay display) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lock (display._gate)
            {
                if (display._tree is not null) display.Start();
            }

            return ValueTask.CompletedTask;
        }
    }
}
