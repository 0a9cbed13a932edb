using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Tools.Workspaces;

/// <param name="Kind">Null when the file system does not say it here.</param>
internal readonly record struct DirectoryEntry(string Name, EntryKind? Kind);

/// <summary>The names in an open directory, read from the directory itself and not by its path.</summary>
internal static class DirectoryEntries
{
    /// <summary>More names in one directory are not looked at.</summary>
    public const int MaxEntries = 20_000;

    private const int BufferBytes = 32 << 10;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Sorted by name, without "." and "..", without Cadre's own unfinished files and without names that are not UTF-8.</summary>
    /// <param name="cut">Whether there were more than <see cref="MaxEntries"/>.</param>
    public static List<DirectoryEntry> Read(SafeFileHandle directory, out bool cut)
    {
        var entries = new List<DirectoryEntry>();
        var buffer = new byte[BufferBytes];
        cut = false;
        while (!cut && LinuxFiles.ReadDirectory(directory, buffer) is var filled and > 0)
        {
            for (var at = 0; at < filled;)
            {
                var record = buffer.AsSpan(at);
                at += BinaryPrimitives.ReadUInt16LittleEndian(record[16..]);
                var name = record[19..];
                if (NameFrom(name[..name.IndexOf((byte)0)]) is not { } text) continue;
                entries.Add(new(text, KindFrom(record[18])));
                if (entries.Count >= MaxEntries)
                {
                    cut = true;
                    break;
                }
            }
        }

        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    private static string? NameFrom(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8)) return null;
        if (name.StartsWith(".cadre-"u8) && name.EndsWith(".tmp"u8)) return null;
        try
        {
            return Strict.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static EntryKind? KindFrom(byte type) => type switch
    {
        4 => EntryKind.Directory,
        8 => EntryKind.File,
        10 => EntryKind.Link,
        0 => null,
        _ => EntryKind.Special,
    };
}
