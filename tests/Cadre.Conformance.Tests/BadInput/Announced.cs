using System.Net;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>A body that is announced to be larger than any limit and does not exist: a server that asks for it ("100 Continue") has not looked at the length.</summary>
internal sealed class Announced : HttpContent
{
    private readonly long _length;

    public Announced(long length, string type = "application/json")
    {
        _length = length;
        Headers.TryAddWithoutValidation("Content-Type", type);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        throw new IOException($"The server wanted to read {_length} bytes.");

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }
}
