namespace Cadre.Server.Hosting;

/// <summary>A server's end in two steps: first it drains, then what is still under way is told to stop.</summary>
internal sealed class Ending : IDisposable
{
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _stopping = new();

    public CancellationToken Draining => _draining.Token;
    public CancellationToken Stopping => _stopping.Token;

    /// <param name="grace">After this long nothing is waited for any more.</param>
    public async Task BeginAsync(TimeSpan grace)
    {
        await _draining.CancelAsync();
        _stopping.CancelAfter(grace);
    }

    public Task FinishAsync() => _stopping.CancelAsync();

    public void Dispose()
    {
        _draining.Dispose();
        _stopping.Dispose();
    }
}
