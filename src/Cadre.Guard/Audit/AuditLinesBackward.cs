using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Guard.Audit;

/// <summary>The whole lines of one of the log's files, from an offset backwards, read in blocks. A writer may append meanwhile; what follows the last newline is no line yet.</summary>
internal sealed class AuditLinesBackward : IDisposable
{
    private const int Block = 256 << 10;
    private readonly SafeFileHandle _file;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(2 * Block);
    private long _position;
    private int _start;
    private int _end;

    /// <param name="end">Where the search begins; beyond the end of the file is its end.</param>
    public AuditLinesBackward(string path, long end)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _position = Math.Min(end, RandomAccess.GetLength(_file));
        _start = _end = _buffer.Length;
    }

    /// <summary>Where the line that was returned last begins.</summary>
    public long Position => _position + (_end - _start);

    /// <summary>Whether a line ends at the place that the search begins at.</summary>
    public bool BeginsBetweenLines
    {
        get
        {
            if (Position == 0) return true;
            Span<byte> before = stackalloc byte[1];
            return RandomAccess.Read(_file, before, Position - 1) == 1 && before[0] == (byte)'\n';
        }
    }

    /// <param name="line">Without its newline; valid until the next call. Of a line longer than any entry only some.</param>
    public bool TryPrevious(out ReadOnlyMemory<byte> line)
    {
        line = default;
        if (!SkipTo((byte)'\n')) return false;
        _end--;
        while (true)
        {
            var found = _buffer.AsSpan(_start, _end - _start).LastIndexOf((byte)'\n');
            if (found >= 0 || _position == 0 || _end - _start > AuditLimits.LineBytes)
            {
                var begin = _start + found + 1;
                line = _buffer.AsMemory(begin, _end - begin);
                _end = begin;
                return true;
            }

            Fill();
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    /// <summary>Puts the end behind the last of these bytes; false when there is none any more.</summary>
    private bool SkipTo(byte value)
    {
        while (true)
        {
            var found = _buffer.AsSpan(_start, _end - _start).LastIndexOf(value);
            if (found >= 0)
            {
                _end = _start + found + 1;
                return true;
            }

            _end = _start;
            if (_position == 0) return false;
            Fill();
        }
    }

    /// <summary>Puts the block before the buffer's content in front of it.</summary>
    private void Fill()
    {
        var kept = _end - _start;
        var block = (int)Math.Min(Block, _position);
        if (_buffer.Length < kept + block || _start < block)
        {
            var next = kept + block <= _buffer.Length ? _buffer : ArrayPool<byte>.Shared.Rent(2 * (kept + block));
            _buffer.AsSpan(_start, kept).CopyTo(next.AsSpan(next.Length - kept));
            if (!ReferenceEquals(next, _buffer)) ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _start, _end) = (next, next.Length - kept, next.Length);
        }

        var read = 0;
        while (read < block)
        {
            var count = RandomAccess.Read(_file, _buffer.AsSpan(_start - block + read, block - read), _position - block + read);
            if (count == 0) throw new IOException("The audit log became shorter while it was read.");
            read += count;
        }

        _start -= block;
        _position -= block;
    }
}
