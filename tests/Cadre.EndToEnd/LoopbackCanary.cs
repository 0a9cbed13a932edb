using System.Net;
using System.Net.Sockets;

namespace Cadre.EndToEnd;

/// <summary>A service of the host on loopback, which nobody should reach; it counts who does.</summary>
internal sealed class LoopbackCanary : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _accepting;
    private int _hits;

    public LoopbackCanary()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Hits => Volatile.Read(ref _hits);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptSocketAsync();
                Interlocked.Increment(ref _hits);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
