using System.Text;

namespace Cadre.Sandbox.Running;

/// <summary>Keeps the head and the tail of a stream of UTF-8 text, within a limit, and names what it cut between them.</summary>
internal sealed class BoundedOutput
{
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private int _headLength;
    private long _tailTotal;

    public BoundedOutput(int limitBytes)
    {
        _head = new byte[limitBytes / 2];
        _tail = new byte[limitBytes - _head.Length];
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var toHead = Math.Min(bytes.Length, _head.Length - _headLength);
        bytes[..toHead].CopyTo(_head.AsSpan(_headLength));
        _headLength += toHead;
        bytes = bytes[toHead..];

        // Of a chunk longer than the tail only its end can stay.
        if (bytes.Length > _tail.Length)
        {
            _tailTotal += bytes.Length - _tail.Length;
            bytes = bytes[^_tail.Length..];
        }

        if (bytes is []) return;
        var start = (int)(_tailTotal % _tail.Length);
        var toEnd = Math.Min(bytes.Length, _tail.Length - start);
        bytes[..toEnd].CopyTo(_tail.AsSpan(start));
        bytes[toEnd..].CopyTo(_tail);
        _tailTotal += bytes.Length;
    }

    public override string ToString()
    {
        var tail = Tail();
        if (_tailTotal <= _tail.Length) return Encoding.UTF8.GetString([.. _head.AsSpan(0, _headLength), .. tail]);

        var head = _head.AsSpan(0, _headLength);
        while (head is not [] && IsContinuation(head[^1])) head = head[..^1];
        if (head is [.., >= 0xC0]) head = head[..^1];
        var end = tail.AsSpan();
        while (end is not [] && IsContinuation(end[0])) end = end[1..];
        var cut = _headLength + _tailTotal - head.Length - end.Length;
        return $"{Encoding.UTF8.GetString(head)}\n[… {cut} bytes cut …]\n{Encoding.UTF8.GetString(end)}";
    }

    private byte[] Tail()
    {
        if (_tailTotal <= _tail.Length) return _tail[..(int)_tailTotal];
        var start = (int)(_tailTotal % _tail.Length);
        return [.. _tail.AsSpan(start), .. _tail.AsSpan(0, start)];
    }

    private static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;
}
