using System.Buffers;

namespace Cadre.Guard.Audit;

/// <summary>The lines of one of the log's files, from an offset on; a line longer than any entry is given out in part, as garbage.</summary>
internal sealed class AuditLines(string path, long offset) : IDisposable
{
    private readonly FileStream _file = Open(path, offset);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
    private int _start;
    private int _filled;

    /// <summary>The last line returned ended with a newline.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>Where the next line begins.</summary>
    public long Position { get; private set; } = offset;

    /// <param name="line">Without its newline; valid until the next call.</param>
    public bool TryNext(out ReadOnlyMemory<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var here = _buffer.AsSpan(_start, _filled - _start);
            var newline = here[searched..].IndexOf((byte)'\n');
            IsTerminated = newline >= 0;
            if (IsTerminated || here.Length > AuditLimits.LineBytes)
            {
                var length = IsTerminated ? searched + newline : here.Length;
                line = _buffer.AsMemory(_start, length);
                Skip(IsTerminated ? length + 1 : length);
                return true;
            }

            searched = here.Length;
            if (Fill()) continue;
            line = _buffer.AsMemory(_start, _filled - _start);
            Skip(line.Length);
            return line.Length > 0;
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private static FileStream Open(string path, long offset)
    {
        var file = new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite, BufferSize = 0 });
        file.Seek(offset, SeekOrigin.Begin);
        return file;
    }

    private void Skip(int count)
    {
        _start += count;
        Position += count;
    }

    private bool Fill()
    {
        if (_filled == _buffer.Length)
        {
            var next = _start > 0 ? _buffer : ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(_start, _filled - _start).CopyTo(next);
            if (!ReferenceEquals(next, _buffer)) ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _filled, _start) = (next, _filled - _start, 0);
        }

        var count = _file.Read(_buffer.AsSpan(_filled));
        _filled += count;
        return count > 0;
    }
}
