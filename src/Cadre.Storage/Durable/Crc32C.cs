using System.Numerics;
using System.Runtime.InteropServices;

namespace Cadre.Storage.Durable;

/// <summary>CRC-32C (Castagnoli; "123456789" gives E3069283), by the processor's own instruction where there is one.</summary>
internal static class Crc32C
{
    public const uint Start = 0xFFFF_FFFF;

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        foreach (var single in bytes[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, single);
        return crc;
    }

    public static uint Append(uint crc, long number)
    {
        var value = (ulong)number;
        return BitOperations.Crc32C(BitOperations.Crc32C(crc, (uint)value), (uint)(value >> 32));
    }

    public static uint Finish(uint crc) => ~crc;

    public static uint Of(ReadOnlySpan<byte> bytes) => Finish(Append(Start, bytes));
}
