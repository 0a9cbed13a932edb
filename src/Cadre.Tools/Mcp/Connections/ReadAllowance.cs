namespace Cadre.Tools.Mcp.Connections;

/// <summary>How much a server may send until the next request is made: beyond it the connection ends, so that no server fills the memory.</summary>
internal sealed class ReadAllowance
{
    public const long Bytes = 16 << 20;
    private long _left = Bytes;

    public void Renew() => Interlocked.Exchange(ref _left, Bytes);

    public void Take(int count)
    {
        if (Interlocked.Add(ref _left, -count) < 0) throw new IOException($"The server sent more than {Bytes >> 20} MiB without being asked again.");
    }
}

internal sealed class AllowanceStream(Stream inner, ReadAllowance allowance) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        allowance.Take(count);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        allowance.Take(read);
        return read;
    }

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
