using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>
/// One line of a run's file: <c>{"seq":N,"crc":"1a2b3c4d","event":{…}}</c> and a newline, with nothing between the parts that is not shown here. The
/// checksum is CRC-32C, in lower-case hexadecimal, of the run id's characters, N as eight bytes (low byte first), and the event's bytes as they stand.
/// </summary>
internal static class JournalLine
{
    public const int ChecksumLength = 8;

    /// <summary>Bytes of a line beside its event, at most.</summary>
    public const int MaxOverhead = 64;

    public static ReadOnlySpan<byte> Beginning => "{\"seq\":"u8;
    public static ReadOnlySpan<byte> BeforeChecksum => ",\"crc\":\""u8;
    public static ReadOnlySpan<byte> BeforeEvent => "\",\"event\":"u8;
    public static ReadOnlySpan<byte> End => "}\n"u8;

    /// <param name="idCrc"><see cref="Crc32C.Append(uint, ReadOnlySpan{byte})"/> of the run id from <see cref="Crc32C.Start"/>.</param>
    public static uint Checksum(uint idCrc, long sequence, ReadOnlySpan<byte> @event) =>
        Crc32C.Finish(Crc32C.Append(Crc32C.Append(idCrc, sequence), @event));

    /// <param name="line">Without its newline.</param>
    /// <param name="range">Where the event stands in the line.</param>
    /// <param name="reason">Why the line cannot be trusted; null when it can.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, uint idCrc, long expected, out Range range, [NotNullWhen(false)] out string? reason)
    {
        range = default;
        if (!TryReadSequence(line, out var sequence, out var rest)) reason = "the line does not begin as a journal's line does";
        else if (sequence != expected) reason = $"it is numbered {sequence}: lines are missing, doubled or in another order";
        else if (!line[rest..].StartsWith(BeforeChecksum) || line[^1] != (byte)'}') reason = "the line is not built as a journal's line is";
        else
        {
            var checksum = line[(rest + BeforeChecksum.Length)..];
            if (checksum.Length < ChecksumLength + BeforeEvent.Length || !checksum[ChecksumLength..].StartsWith(BeforeEvent)
                || !TryReadChecksum(checksum[..ChecksumLength], out var written))
            {
                reason = "the line is not built as a journal's line is";
                return false;
            }

            range = (line.Length - checksum.Length + ChecksumLength + BeforeEvent.Length)..^1;
            reason = Checksum(idCrc, sequence, line[range]) == written ? null : "its checksum is wrong: the line was changed, or it belongs to another run";
        }

        return reason is null;
    }

    /// <param name="rest">Where the line goes on.</param>
    public static bool TryReadSequence(ReadOnlySpan<byte> line, out long sequence, out int rest)
    {
        sequence = rest = 0;
        if (!line.StartsWith(Beginning)) return false;
        var digits = line[Beginning.Length..];
        if (digits.IsEmpty || !char.IsAsciiDigit((char)digits[0]) || !Utf8Parser.TryParse(digits, out sequence, out var length)) return false;
        if (digits[0] == (byte)'0' && length > 1) return false;
        rest = Beginning.Length + length;
        return true;
    }

    private static bool TryReadChecksum(ReadOnlySpan<byte> text, out uint checksum)
    {
        checksum = 0;
        foreach (var character in text)
        {
            if (!char.IsAsciiHexDigitLower((char)character)) return false;
            checksum = checksum << 4 | (uint)(char.IsAsciiDigit((char)character) ? character - '0' : character - 'a' + 10);
        }

        return true;
    }
}
