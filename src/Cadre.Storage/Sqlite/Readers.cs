namespace Cadre.Storage.Sqlite;

/// <summary>A few connections that read beside the writer, handed out one caller at a time. Each reading is short: who needs one waits for it.</summary>
internal sealed class Readers(string path, int limit) : IDisposable
{
    private readonly object _gate = new();
    private readonly Stack<Connection> _free = [];
    private int _open;
    private bool _closed;

    /// <summary>Gives the connection back when it is disposed.</summary>
    public Rented Rent()
    {
        lock (_gate)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                if (_free.TryPop(out var connection)) return new(this, connection);
                if (_open < limit) break;
                Monitor.Wait(_gate);
            }

            _open++;
        }

        try
        {
            return new(this, Connection.OpenReader(path));
        }
        catch
        {
            lock (_gate)
            {
                _open--;
                Monitor.PulseAll(_gate);
            }

            throw;
        }
    }

    /// <summary>Closes all, as they come back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
            while (_open > 0)
            {
                while (_free.TryPop(out var connection))
                {
                    connection.Dispose();
                    _open--;
                }

                if (_open > 0) Monitor.Wait(_gate);
            }
        }
    }

    private void Return(Connection connection)
    {
        lock (_gate)
        {
            _free.Push(connection);
            if (_closed) Monitor.PulseAll(_gate);
            else Monitor.Pulse(_gate);
        }
    }

    public readonly ref struct Rented(Readers owner, Connection connection)
    {
        public Connection Connection => connection;

        public void Dispose() => owner.Return(connection);
    }
}
