using System.Collections.Concurrent;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>Bounds the connections that are open at one time, and ends those that nobody has used for a while. Ended ones open again when they are needed.</summary>
internal sealed class OpenLinks(int max, TimeSpan idle, TimeProvider time)
{
    private readonly ConcurrentDictionary<EndpointConnection, bool> _open = [];

    public int Count => _open.Count;

    /// <summary>Makes room for one more by ending the one that was idle longest. False when all are in use.</summary>
    public async ValueTask<bool> AdmitAsync(EndpointConnection connection)
    {
        _open[connection] = true;
        if (_open.Count <= max) return true;
        foreach (var other in _open.Keys.Where(other => other != connection).OrderBy(other => other.LastUsed))
        {
            if (await other.CloseIdleAsync(time.GetUtcNow())) return true;
        }

        Remove(connection);
        return false;
    }

    public void Remove(EndpointConnection connection) => _open.TryRemove(connection, out _);

    public async ValueTask SweepAsync()
    {
        foreach (var connection in _open.Keys) await connection.CloseIdleAsync(time.GetUtcNow() - idle);
    }
}
