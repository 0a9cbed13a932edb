using Microsoft.Win32.SafeHandles;

namespace Cadre.Sandbox.Linux;

/// <summary>
/// Owner of one file descriptor. All are close-on-exec and numbered from 64 up, so that giving them to a child under
/// small numbers can never overwrite one that is still to be given.
/// </summary>
internal sealed unsafe class Descriptor : IDisposable
{
    private const int LowestNumber = 64;
    private int _number;

    private Descriptor(int number) => _number = number;

    public int Number => _number >= 0 ? _number : throw new ObjectDisposedException(nameof(Descriptor));

    /// <summary>A descriptor that this process was started with.</summary>
    public static Descriptor Adopt(int number) => new(number);

    public static (Descriptor Read, Descriptor Write) Pipe()
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe2(ends, Libc.OCloExec) != 0) throw Libc.LastError("pipe");
        return (Raised(ends[0]), Raised(ends[1]));
    }

    /// <summary>A nameless file in memory, positioned at its start.</summary>
    public static Descriptor Containing(ReadOnlySpan<byte> content)
    {
        const uint cloExec = 1;
        var file = Raised(Libc.MemFdCreate("cadre", cloExec));
        file.Write(content);
        Libc.Seek(file.Number, 0, 0);
        return file;
    }

    /// <summary>A handle on a process that a reused process id cannot fool; null when it is gone.</summary>
    public static Descriptor? OfProcess(int pid)
    {
        var number = Libc.PidFdOpen(pid);
        return number < 0 ? null : Raised(number);
    }

    public static Descriptor? OpenDirectory(string path)
    {
        var number = Libc.Open(path, Libc.ODirectory | Libc.ONoFollow | Libc.OCloExec);
        return number < 0 ? null : Raised(number);
    }

    /// <summary>Null when the file cannot be read.</summary>
    public static Descriptor? OpenFile(string path)
    {
        var number = Libc.Open(path, Libc.OCloExec);
        return number < 0 ? null : Raised(number);
    }

    public void Write(ReadOnlySpan<byte> content)
    {
        fixed (byte* start = content)
        {
            for (nint done = 0; done < content.Length;)
            {
                var written = Libc.Write(Number, start + done, content.Length - done);
                if (written < 0) throw Libc.LastError("write");
                done += written;
            }
        }
    }

    /// <summary>Hands the descriptor to a .NET handle, which closes it from now on.</summary>
    public SafePipeHandle ToPipeHandle()
    {
        var handle = new SafePipeHandle(Number, ownsHandle: true);
        _number = -1;
        return handle;
    }

    public void Dispose()
    {
        var number = Interlocked.Exchange(ref _number, -1);
        if (number >= 0) _ = Libc.Close(number);
    }

    private static Descriptor Raised(int number)
    {
        if (number < 0) throw Libc.LastError("descriptor");
        if (number >= LowestNumber) return new Descriptor(number);
        var raised = Libc.Fcntl(number, Libc.FDupFdCloExec, LowestNumber);
        if (raised < 0) throw Libc.LastError("fcntl");
        _ = Libc.Close(number);
        return new Descriptor(raised);
    }
}
