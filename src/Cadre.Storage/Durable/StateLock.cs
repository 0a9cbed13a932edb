using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Cadre.Storage.Durable;

/// <summary>
/// One process at a time: a lock on a file in which the holder writes its process id. The kernel releases it when the holder dies, however that happens.
/// </summary>
public sealed class StateLock : IDisposable
{
    private readonly DurableFile _file;

    private StateLock(DurableFile file) => _file = file;

    /// <exception cref="StateLockedException">Another process, or another holder in this one, has it.</exception>
    public static StateLock Acquire(string path)
    {
        var file = DurableFile.Open(PosixDisk.Instance, path);
        try
        {
            if (!TryLock(file)) throw new StateLockedException(path, ReadPid(file));
            file.Truncate(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"), 0);
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The process that holds the lock; null when none does. 0: one does that has not written its id yet.</summary>
    public static unsafe int? FindHolder(string path)
    {
        if (!File.Exists(path)) return null;
        using var file = DurableFile.Open(PosixDisk.Instance, path);
        var wanted = new Posix.FileLock { Type = Posix.WriteLock };
        if (Posix.Control(file.Handle, Posix.GetFileLock, &wanted) != 0) throw PosixDisk.Failure("look at the lock", path);
        return wanted.Type == Posix.Unlocked ? null : ReadPid(file);
    }

    /// <summary>Releases in so many words: a process that is just being started still has a copy of the open file, which would hold the lock.</summary>
    public unsafe void Dispose()
    {
        if (_file.Handle.IsClosed) return;
        var wanted = new Posix.FileLock { Type = Posix.Unlocked };
        var released = Posix.Control(_file.Handle, Posix.SetFileLock, &wanted) == 0;
        _file.Dispose();
        if (!released) throw PosixDisk.Failure("unlock", _file.Path);
    }

    private static unsafe bool TryLock(DurableFile file)
    {
        var wanted = new Posix.FileLock { Type = Posix.WriteLock };
        if (Posix.Control(file.Handle, Posix.SetFileLock, &wanted) == 0) return true;
        return Marshal.GetLastPInvokeError() is Posix.TryAgain or Posix.AccessDenied ? false : throw PosixDisk.Failure("lock", file.Path);
    }

    private static int ReadPid(DurableFile file)
    {
        Span<byte> text = stackalloc byte[16];
        return Utf8Parser.TryParse(text[..file.Read(text, 0)], out int pid, out _) ? pid : 0;
    }
}

/// <param name="holder">Its process id; 0 when it has not written it yet.</param>
public sealed class StateLockedException(string path, int holder)
    : IOException($"{Path.GetDirectoryName(Path.GetFullPath(path))} is in use by process {holder} (lock file {Path.GetFileName(path)}).")
{
    public int Holder => holder;
}
