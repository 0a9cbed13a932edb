using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>A few connections that read beside the writer, handed out one caller at a time. Each reading is short: who needs one waits for it.</summary>
internal sealed class Readers(string path, int limit) : IDisposable
{
    private readonly object _gate = new();
    private readonly Stack<Connection> _free = [];
    private int _open;
    private bool _closed;

    /// <param name="arguments">What the query is to have, so that a static one can be given.</param>
    /// <exception cref="StoreFailedException">The file cannot be read.</exception>
    public TResult Read<TArguments, TResult>(Func<Connection, TArguments, TResult> query, TArguments arguments)
    {
        try
        {
            var connection = Take();
            try
            {
                return query(connection, arguments);
            }
            finally
            {
                Return(connection);
            }
        }
        catch (SqliteFailedException failure)
        {
            throw new StoreFailedException($"The store cannot be read: {failure.Message}", failure);
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

    private Connection Take()
    {
        lock (_gate)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                if (_free.TryPop(out var connection)) return connection;
                if (_open < limit) break;
                Monitor.Wait(_gate);
            }

            _open++;
        }

        try
        {
            return Connection.OpenReader(path);
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

    private void Return(Connection connection)
    {
        lock (_gate)
        {
            _free.Push(connection);
            if (_closed) Monitor.PulseAll(_gate);
            else Monitor.Pulse(_gate);
        }
    }
}
