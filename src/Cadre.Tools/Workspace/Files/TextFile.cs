using System.Text;

namespace Cadre.Tools.Workspaces;

/// <summary>A whole text file, and what is needed to write it back as it was.</summary>
internal sealed record TextFile(string Text, Encoding Encoding, bool HasMark, FileStat Stat)
{
    /// <summary>A NUL among the first bytes means binary, as git sees it.</summary>
    public const int SniffedBytes = 8_000;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Every line ends with CR LF.</summary>
    public bool HasWindowsLines => Text.Contains('\n') && !Text.Replace("\r\n", "", StringComparison.Ordinal).Contains('\n');

    public static FileResult<TextFile> Read(Workspace workspace, WorkspacePath path)
    {
        if (!workspace.OpenFile(path).TryGet(out var opened, out var problem)) return problem;
        using (opened) return Read(opened, path);
    }

    public static FileResult<TextFile> Read(OpenedEntry opened, WorkspacePath path)
    {
        if (!ReadBytes(opened, path).TryGet(out var bytes, out var problem)) return problem;
        try
        {
            var (encoding, mark) = EncodingOf(bytes);
            if (encoding is UTF8Encoding && IsBinary(bytes)) return Binary(path, opened.Stat);
            return new TextFile(encoding.GetString(bytes.AsSpan(mark)), encoding, mark > 0, opened.Stat);
        }
        catch (DecoderFallbackException)
        {
            return new FileProblem(FileProblemKind.Binary, $"'{path.Text}' is not UTF-8 text. Convert or change it with run_command.");
        }
    }

    public static FileProblem Binary(WorkspacePath path, FileStat stat) =>
        new(FileProblemKind.Binary, $"'{path.Text}' is a binary file of {stat.Size:N0} bytes, not text. run_command can look at it with a program that understands it.");

    public static bool IsBinary(ReadOnlySpan<byte> head) => head[..Math.Min(head.Length, SniffedBytes)].Contains((byte)0);

    /// <returns>The encoding and the length of its byte order mark.</returns>
    public static (Encoding Encoding, int Mark) EncodingOf(ReadOnlySpan<byte> head) => head switch
    {
        [0xef, 0xbb, 0xbf, ..] => (Utf8, 3),
        [0xff, 0xfe, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), 2),
        [0xfe, 0xff, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), 2),
        _ => (Utf8, 0),
    };

    public byte[] Encode(string text)
    {
        var mark = !HasMark ? [] : Encoding is UTF8Encoding ? [0xef, 0xbb, 0xbf] : Encoding.GetBytes("\uFEFF");
        return [.. mark, .. Encoding.GetBytes(text)];
    }

    public static FileResult<byte[]> ReadBytes(OpenedEntry opened, WorkspacePath path)
    {
        if (opened.Stat.Size > Workspace.MaxFileBytes) return FileProblems.TooLarge(path, opened.Stat.Size);
        var bytes = new byte[opened.Stat.Size];
        var filled = 0;
        try
        {
            while (filled < bytes.Length && RandomAccess.Read(opened.Handle, bytes.AsSpan(filled), filled) is var read and > 0) filled += read;
        }
        catch (IOException broken)
        {
            return new FileProblem(FileProblemKind.Other, $"'{path.Text}' could not be read: {broken.Message}");
        }

        return filled == bytes.Length ? bytes : bytes[..filled];
    }
}
