using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Cadre.Knowledge.Extraction;

/// <summary>How the bytes of a text are to be read: by its byte order mark, else as UTF-8 if all of it is, else as Latin-1.</summary>
internal static class TextEncoding
{
    // Windows-1252 has the same letters and, where Latin-1 has controls that no text uses, the quotation marks and dashes that are meant.
    private static readonly Encoding Latin1 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    public static bool HasMark(ReadOnlySpan<byte> head) => OfMark(head) is not null;

    public static StreamReader Open(Stream content)
    {
        var encoding = Find(content);
        content.Position = 0;
        return new StreamReader(content, encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 32 << 10);
    }

    private static Encoding Find(Stream content)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(128 << 10);
        try
        {
            var kept = 0;
            var isStart = true;
            while (content.ReadAtLeast(bytes.AsSpan(kept), bytes.Length - kept, throwOnEndOfStream: false) is > 0 and var read)
            {
                var part = bytes.AsSpan(0, kept + read);
                if (isStart && OfMark(part) is { } marked) return marked;
                isStart = false;
                var whole = part.Length - UnfinishedTail(part);
                if (!Utf8.IsValid(part[..whole])) return Latin1;
                kept = part.Length - whole;
                part[whole..].CopyTo(bytes);
            }

            return kept == 0 ? Encoding.UTF8 : Latin1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static Encoding? OfMark(ReadOnlySpan<byte> head) => head switch
    {
        [0xEF, 0xBB, 0xBF, ..] => Encoding.UTF8,
        [0xFF, 0xFE, 0, 0, ..] => Encoding.UTF32,
        [0xFF, 0xFE, ..] => Encoding.Unicode,
        [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
        _ => null,
    };

    /// <summary>Bytes at the end that begin a character which goes on in the next part.</summary>
    private static int UnfinishedTail(ReadOnlySpan<byte> part)
    {
        for (var back = 1; back <= Math.Min(3, part.Length); back++)
        {
            var value = part[^back];
            if ((value & 0xC0) == 0x80) continue;
            var length = value switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
            return length > back ? back : 0;
        }

        return 0;
    }
}
