using System.Runtime.InteropServices;

namespace Cadre.Tools.Workspaces;

internal enum EntryKind
{
    File,
    Directory,
    Link,

    /// <summary>Pipe, socket or device: never opened.</summary>
    Special,
}

/// <param name="Mode">Permission bits only.</param>
internal readonly record struct FileStat(EntryKind Kind, int Mode, ulong Inode, ulong Device, long Size, DateTimeOffset Modified, long ModifiedNanoseconds, uint User, uint Group)
{
    /// <summary>Whether both are the same, unchanged content of the same file, as far as the file system can tell.</summary>
    public bool IsSameContentAs(FileStat other) =>
        Inode == other.Inode && Device == other.Device && Size == other.Size && Modified == other.Modified && ModifiedNanoseconds == other.ModifiedNanoseconds;

    internal static FileStat From(StatX raw) => new(
        (raw.Mode & 0xf000) switch
        {
            0x8000 => EntryKind.File,
            0x4000 => EntryKind.Directory,
            0xa000 => EntryKind.Link,
            _ => EntryKind.Special,
        },
        raw.Mode & 0xfff,
        raw.Inode,
        ((ulong)raw.DeviceMajor << 32) | raw.DeviceMinor,
        (long)raw.Size,
        DateTimeOffset.FromUnixTimeSeconds(raw.ModifiedSeconds),
        raw.ModifiedNanoseconds,
        raw.User,
        raw.Group);
}

/// <summary>The kernel's struct statx: the same on every processor.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatX
{
    [FieldOffset(20)] public uint User;
    [FieldOffset(24)] public uint Group;
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(40)] public ulong Size;
    [FieldOffset(112)] public long ModifiedSeconds;
    [FieldOffset(120)] public uint ModifiedNanoseconds;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;
}
