using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Cadre.Sandbox.Linux;

/// <summary>
/// The one thread that starts sandboxed processes and waits for their ends. It lives as long as this process: the kernel's
/// parent-death signal, by which a sandbox dies with its launcher, fires when the launching <i>thread</i> ends.
/// </summary>
internal sealed unsafe class Launcher
{
    private static readonly Lazy<Launcher> Lazy = new(() => new Launcher());

    private readonly ConcurrentQueue<Action> _requests = new();
    private readonly Descriptor _wakeRead;
    private readonly Descriptor _wakeWrite;
    private readonly List<WatchedProcess> _watches = [];

    private Launcher()
    {
        (_wakeRead, _wakeWrite) = Descriptor.Pipe();
        new Thread(Loop) { IsBackground = true, Name = "sandbox launcher" }.Start();
    }

    public static Launcher Shared => Lazy.Value;

    /// <summary>Starts a child; it is reaped by this thread.</summary>
    public Task<WatchedProcess> StartAsync(Spawn spawn)
    {
        var started = new TaskCompletionSource<WatchedProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                var pid = PosixSpawn.Start(spawn);
                var child = new WatchedProcess(pid, Descriptor.OfProcess(pid) ?? throw Libc.LastError("pidfd_open"), isChild: true);
                _watches.Add(child);
                started.SetResult(child);
            }
            catch (Exception failure) when (failure is IOException or EntryPointNotFoundException)
            {
                started.SetException(failure);
            }
        });
        return started.Task;
    }

    /// <summary>Watches a process that is not our child; null when it is gone already.</summary>
    public WatchedProcess? Watch(int pid)
    {
        if (Descriptor.OfProcess(pid) is not { } descriptor) return null;
        var watched = new WatchedProcess(pid, descriptor, isChild: false);
        Post(() => _watches.Add(watched));
        return watched;
    }

    private void Post(Action request)
    {
        _requests.Enqueue(request);
        _wakeWrite.Write([1]);
    }

    private void Loop()
    {
        while (true)
        {
            Wait();
            while (_requests.TryDequeue(out var request)) request();
            _watches.RemoveAll(watched => watched.TryEnd());
        }
    }

    private void Wait()
    {
        var polls = new Libc.PollFd[_watches.Count + 1];
        polls[0] = new() { Fd = _wakeRead.Number, Events = Libc.PollIn };
        for (var i = 0; i < _watches.Count; i++) polls[i + 1] = new() { Fd = _watches[i].Descriptor, Events = Libc.PollIn };
        fixed (Libc.PollFd* start = polls)
        {
            if (Libc.Poll(start, (ulong)polls.Length, -1) < 0 && Marshal.GetLastPInvokeError() != Libc.EIntr)
                throw Libc.LastError("poll");
        }

        if (polls[0].Revents == 0) return;
        var drained = stackalloc byte[256];
        _ = Libc.Read(_wakeRead.Number, drained, 256);
    }
}
