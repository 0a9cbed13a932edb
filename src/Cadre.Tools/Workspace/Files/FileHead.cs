using System.Text;

namespace Cadre.Tools.Workspaces;

internal static class FileHead
{
    /// <summary>At most so many bytes of a file as text; null when it is binary. A character cut in two at the end is left out.</summary>
    public static string? Read(OpenedEntry opened, int bytes)
    {
        var buffer = new byte[Math.Min(opened.Stat.Size, bytes)];
        var filled = 0;
        while (filled < buffer.Length && RandomAccess.Read(opened.Handle, buffer.AsSpan(filled), filled) is var read and > 0) filled += read;
        var head = buffer.AsSpan(0, filled);
        if (TextFile.IsBinary(head)) return null;
        for (var back = 1; back <= Math.Min(3, head.Length) && opened.Stat.Size > head.Length; back++)
        {
            if ((head[^back] & 0xc0) == 0x80) continue;
            if (head[^back] >= 0xc0) head = head[..^back];
            break;
        }

        return Encoding.UTF8.GetString(head).TrimStart('\uFEFF');
    }
}
