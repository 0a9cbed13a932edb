using System.Buffers.Binary;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>
/// One append in the write-ahead log: this header, the run id, and the lines exactly as they will stand in the run's file from an offset on. All
/// numbers have their low byte first. Replaying a record writes its lines there; doing it twice changes nothing.
/// </summary>
/// <param name="Epoch">Random for each use of a segment: what an earlier use left behind it does not count.</param>
internal readonly record struct WalRecord(ulong Epoch, long FileOffset, int PayloadLength, uint PayloadChecksum, int IdLength)
{
    public const int HeaderLength = 36;
    private const uint Magic = 0x3157_4443; // "CDW1"

    public void Write(Span<byte> header)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], FileOffset);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], PayloadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], PayloadChecksum);
        BinaryPrimitives.WriteInt32LittleEndian(header[32..], IdLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32C.Of(header[8..HeaderLength]));
    }

    /// <summary>False at the end of what was written, wherever a crash put it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WalRecord record)
    {
        record = default;
        if (bytes.Length < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Crc32C.Of(bytes[8..HeaderLength])) return false;
        record = new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]));
        return record.PayloadLength >= record.IdLength && record.IdLength > 0 && record.FileOffset >= 0
            && bytes.Length - HeaderLength >= record.PayloadLength
            && Crc32C.Of(bytes.Slice(HeaderLength, record.PayloadLength)) == record.PayloadChecksum;
    }
}
