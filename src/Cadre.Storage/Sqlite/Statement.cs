using System.Text;
using SQLitePCL;

namespace Cadre.Storage.Sqlite;

/// <summary>A prepared statement of one connection. Disposing ends its use, and the read transaction with it; it stays prepared for the next one.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    private const int StackText = 256;

    /// <param name="index">Parameters count from 1, columns from 0.</param>
    public void Bind(int index, long value) => connection.Check(raw.sqlite3_bind_int64(handle, index, value));

    public void Bind(int index, long? value) => connection.Check(value is { } number ? raw.sqlite3_bind_int64(handle, index, number) : raw.sqlite3_bind_null(handle, index));

    public void Bind(int index, string? value)
    {
        if (value is null)
        {
            connection.Check(raw.sqlite3_bind_null(handle, index));
            return;
        }

        if (value.Length == 0)
        {
            // No bytes at all would be taken for null.
            connection.Check(raw.sqlite3_bind_text(handle, index, ""));
            return;
        }

        // Not as a C string: that ends at a NUL, and a text that holds one would be taken for another.
        var length = Encoding.UTF8.GetMaxByteCount(value.Length);
        var bytes = length <= StackText ? stackalloc byte[StackText] : new byte[length];
        connection.Check(raw.sqlite3_bind_text(handle, index, bytes[..Encoding.UTF8.GetBytes(value, bytes)]));
    }

    public void Bind(int index, ReadOnlySpan<byte> value) =>
        connection.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));

    /// <summary>False when there is no further row.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW) return true;
        if (code != raw.SQLITE_DONE) throw connection.Failure(code);
        return false;
    }

    /// <summary>For a statement without rows.</summary>
    public void Run()
    {
        try
        {
            Step();
        }
        finally
        {
            Dispose();
        }
    }

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    public long? IntegerOrNull(int column) => IsNull(column) ? null : Integer(column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>Until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    /// <summary>A failed step reports its failure a second time here: it was thrown then.</summary>
    public void Dispose() => _ = raw.sqlite3_reset(handle);

    internal void Close() => handle.Dispose();

    private bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;
}
