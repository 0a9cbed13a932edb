using Microsoft.Win32.SafeHandles;

namespace Cadre.Storage.Durable;

/// <summary>An open file whose writes are durable after <see cref="Sync"/>, and whose failures are seen.</summary>
public sealed class DurableFile : IDisposable
{
    private readonly IDisk _disk;
    private readonly SafeFileHandle _handle;

    private DurableFile(IDisk disk, string path)
    {
        _disk = disk;
        Path = path;
        _handle = disk.Open(path);
    }

    public string Path { get; }

    public long Length => RandomAccess.GetLength(_handle);

    internal SafeFileHandle Handle => _handle;

    /// <summary>Opens or creates. A created file's name is durable only after <see cref="IDisk.SyncDirectory"/>.</summary>
    public static DurableFile Open(IDisk disk, string path) => new(disk, path);

    /// <summary>Creates the directory for its owner alone; its name is durable on return.</summary>
    public static void CreateDirectory(IDisk disk, string path)
    {
        if (Directory.Exists(path)) return;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        disk.SyncDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
    }

    /// <summary>Replaces the whole file in one step: after a crash it is the old one or the new one.</summary>
    public static void Replace(IDisk disk, string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        using (var file = Open(disk, temporary))
        {
            file.Truncate(0);
            file.Write(content, 0);
            file.Sync();
        }

        disk.Rename(temporary, path);
        disk.SyncDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
    }

    /// <summary>Removes what processes that died in <see cref="Replace"/> left beside the file. Only for who alone may replace it.</summary>
    public static void RemoveLeftovers(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        foreach (var leftover in Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(full)!, $"{System.IO.Path.GetFileName(full)}.*.tmp")) File.Delete(leftover);
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => _disk.Write(_handle, Path, bytes, offset);

    /// <summary>Reads what is there, up to the buffer's length; 0 at the end of the file.</summary>
    public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(_handle, buffer, offset);

    public void Reserve(long length) => _disk.Reserve(_handle, Path, length);

    public void Truncate(long length) => _disk.Truncate(_handle, Path, length);

    public void Sync() => _disk.Sync(_handle, Path);

    public void Dispose() => _handle.Dispose();
}
