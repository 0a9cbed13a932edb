namespace Cadre.Models.Http;

/// <summary>A reply's body: each read obeys the exchange's deadlines, and neither a line nor the whole grows without end.</summary>
internal sealed class ReplyBody(Stream inner, Exchange exchange) : Stream
{
    private const int PeekBytes = 512;

    private ReadOnlyMemory<byte> _peeked;
    private long _lineBytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The first byte that is not white space, without consuming it; null when the body has none.</summary>
    public async ValueTask<byte?> PeekAsync()
    {
        var buffer = new byte[PeekBytes];
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await ReadAsync(buffer.AsMemory(filled), exchange.Token);
            var first = buffer.AsSpan(0, filled + read).IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
            filled += read;
            if (first < 0 && read > 0) continue;
            _peeked = buffer.AsMemory(0, filled);
            return first < 0 ? null : buffer[first];
        }

        throw new WireViolationException("answered with white space.");
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadWholeAsync(int limit, bool cutsAtLimit)
    {
        var buffer = new byte[4096];
        var filled = 0;
        while (true)
        {
            if (filled == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, limit + 1));
            var read = await ReadAsync(buffer.AsMemory(filled), exchange.Token);
            filled += read;
            if (read == 0) return buffer.AsMemory(0, filled);
            if (filled <= limit) continue;
            return cutsAtLimit ? buffer.AsMemory(0, limit) : throw new WireViolationException($"sent more than {limit} bytes in one body.");
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_peeked.IsEmpty)
        {
            var taken = Math.Min(_peeked.Length, buffer.Length);
            _peeked[..taken].CopyTo(buffer);
            _peeked = _peeked[taken..];
            return taken;
        }

        exchange.AwaitsBytes();
        var read = await inner.ReadAsync(buffer, exchange.Token);
        Count(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Count(ReadOnlySpan<byte> bytes)
    {
        exchange.Receives(bytes);
        if (exchange.BytesReceived > WireLimits.ReplyBytes) throw new WireViolationException($"sent more than {WireLimits.ReplyBytes} bytes in one reply.");
        var lastEnd = bytes.LastIndexOfAny((byte)'\n', (byte)'\r');
        _lineBytes = lastEnd < 0 ? _lineBytes + bytes.Length : bytes.Length - lastEnd - 1;
        if (_lineBytes > WireLimits.LineBytes) throw new WireViolationException($"sent a line of more than {WireLimits.LineBytes} bytes.");
    }
}
