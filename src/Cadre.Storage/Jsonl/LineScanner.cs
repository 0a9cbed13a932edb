using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Storage.Jsonl;

/// <summary>
/// The lines of a file, in a pooled buffer. Reads are synchronous: they are answered from the page cache, and .NET's asynchronous ones would only move
/// them to another thread.
/// </summary>
internal sealed class LineScanner(SafeFileHandle file, long end, int lineLimit) : IDisposable
{
    private const int FirstBuffer = 64 << 10;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private long _offset;
    private int _start;
    private int _filled;
    private int _searched;

    /// <summary>Where the line after the last returned one begins.</summary>
    public long Position { get; private set; }

    /// <summary>After the last line: what follows without a newline; no more of it than fits a line.</summary>
    public ReadOnlySpan<byte> Tail => _buffer.AsSpan(_start, _filled - _start);

    /// <summary>A line was longer than the limit; the scan ends there.</summary>
    public bool FoundGiant { get; private set; }

    /// <param name="line">Without its newline; valid until the next call.</param>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        line = default;
        while (!FoundGiant)
        {
            var newline = _buffer.AsSpan(_searched, _filled - _searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = _buffer.AsSpan(_start, _searched + newline - _start);
                _searched = _start = _searched + newline + 1;
                Position += line.Length + 1;
                return true;
            }

            _searched = _filled;
            if (_filled - _start > lineLimit)
            {
                FoundGiant = HasNewlineAfter();
                return false;
            }

            if (!Fill()) return false;
        }

        return false;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _filled = _start = _searched = 0;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _filled - _start).CopyTo(_buffer);
            _filled -= _start;
            _searched -= _start;
            _start = 0;
        }

        if (_filled == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var room = (int)Math.Min(_buffer.Length - _filled, end - _offset);
        var count = room <= 0 ? 0 : RandomAccess.Read(file, _buffer.AsSpan(_filled, room), _offset);
        _offset += count;
        _filled += count;
        return count > 0;
    }

    private bool HasNewlineAfter()
    {
        var chunk = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            for (var offset = _offset; offset < end;)
            {
                var count = RandomAccess.Read(file, chunk.AsSpan(0, (int)Math.Min(chunk.Length, end - offset)), offset);
                if (count == 0) return false;
                if (chunk.AsSpan(0, count).Contains((byte)'\n')) return true;
                offset += count;
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
