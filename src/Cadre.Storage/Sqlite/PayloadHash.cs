using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Cadre.Storage.Sqlite;

/// <summary>SHA-256 of a payload and, in a chain, of all before it: two chains that end in the same hash are the same.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PayloadHash(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    private const int StackBytes = 4096;

    public static PayloadHash Of(ReadOnlySpan<byte> body)
    {
        var hash = default(PayloadHash);
        SHA256.HashData(body, MemoryMarshal.AsBytes(new Span<PayloadHash>(ref hash)));
        return hash;
    }

    /// <summary>Of a link that follows the one with this hash; the default is the hash before the first.</summary>
    public PayloadHash Link(ReadOnlySpan<byte> body)
    {
        var length = SHA256.HashSizeInBytes + body.Length;
        var bytes = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        CopyTo(bytes);
        body.CopyTo(bytes[SHA256.HashSizeInBytes..]);
        return Of(bytes[..length]);
    }

    public void CopyTo(Span<byte> bytes)
    {
        var hash = this;
        MemoryMarshal.AsBytes(new Span<PayloadHash>(ref hash)).CopyTo(bytes);
    }
}
