namespace Cadre.Sandbox.Linux;

/// <summary>A process whose end <see cref="Launcher"/> waits for, and that can be killed without hitting another one.</summary>
internal sealed class WatchedProcess(int pid, Descriptor descriptor, bool isChild)
{
    private const int UnknownExit = 255;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Pid => pid;

    public int Descriptor => descriptor.Number;

    /// <summary>Exit code of a child, 128 + signal when a signal ended it; without meaning for other processes.</summary>
    public Task<int> Exited => _exited.Task;

    public void Kill()
    {
        lock (_gate)
        {
            if (!_exited.Task.IsCompleted) Libc.PidFdKill(descriptor.Number);
        }
    }

    /// <summary>Reaps the process if it has ended. Called by the launcher's thread only.</summary>
    public bool TryEnd()
    {
        lock (_gate)
        {
            if (!TryReap(out var exitCode)) return false;
            descriptor.Dispose();
            _exited.SetResult(exitCode);
            return true;
        }
    }

    private bool TryReap(out int exitCode)
    {
        exitCode = UnknownExit;
        if (!isChild) return Libc.IsReadable(descriptor.Number);
        const int noHang = 1;
        var reaped = Libc.WaitPid(pid, out var status, noHang);
        if (reaped == 0) return false;
        if (reaped == pid) exitCode = Libc.ExitCode(status);
        return true;
    }
}
