using System.IO.Pipes;
using Cadre.Engine.Ports;
using Cadre.Sandbox.Limits;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Running;

/// <summary>A command that runs inside its wrapper, with every limit in force. Disposing ends it and everything it started.</summary>
internal sealed class ConfinedProcess : ISandboxedProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Confinement _confinement;
    private readonly WatchedProcess _wrapper;
    private readonly WrapperStatus _status;
    private readonly CommandCgroup? _cgroup;
    private readonly Stream _release;
    private readonly CancellationTokenSource _over = new();
    private WatchedProcess? _first;
    private ProcessTree? _processes;
    private Task _supervision = Task.CompletedTask;
    private int _killed;
    private int _disposed;

    private ConfinedProcess(Confinement confinement, WatchedProcess wrapper, Pipes pipes, CommandCgroup? cgroup)
    {
        (_confinement, _wrapper, _cgroup) = (confinement, wrapper, cgroup);
        Input = new AnonymousPipeClientStream(PipeDirection.Out, pipes.Input.Ours.ToPipeHandle());
        Output = new AnonymousPipeClientStream(PipeDirection.In, pipes.Output.Ours.ToPipeHandle());
        Error = new AnonymousPipeClientStream(PipeDirection.In, pipes.Error.Ours.ToPipeHandle());
        _release = new AnonymousPipeClientStream(PipeDirection.Out, pipes.Release.Ours.ToPipeHandle());
        _status = new WrapperStatus(new AnonymousPipeClientStream(PipeDirection.In, pipes.Status.Ours.ToPipeHandle()));
    }

    public Stream Input { get; }
    public Stream Output { get; }
    public Stream Error { get; }

    /// <summary>Completes when the command and everything it started are gone. 255 when the wrapper could not execute it.</summary>
    public Task<int> Exited { get; private set; } = Task.FromResult(0);

    /// <summary>False when the wrapper failed before the command ran; it has said why on <see cref="Error"/>.</summary>
    public bool WasExecuted { get; private set; }

    public bool WasKilled => _killed != 0;

    public bool WasOutOfMemory => _cgroup?.WasOutOfMemory() ?? false;

    /// <summary>The processes inside; null before the command runs.</summary>
    /// <exception cref="IOException">They have ended.</exception>
    public ProcessTree? FindProcesses() => _processes ??= _first is { } first ? ProcessTree.OfNamespace(first.Pid) : new ProcessTree("/proc", _wrapper.Pid);

    /// <exception cref="SandboxUnavailableException">The wrapper or a limit did not come into force; nothing ran.</exception>
    public static async Task<ConfinedProcess> StartAsync(Confinement confinement, SandboxLimits limits, LimitPlan plan)
    {
        ConfinedProcess? process = null;
        CommandCgroup? cgroup = null;
        try
        {
            cgroup = plan.Cgroup?.Create(limits);
            using var pipes = new Pipes();
            var wrapper = await Launcher.Shared.StartAsync(new Spawn(
                confinement.Program, confinement.Arguments, confinement.Environment, [.. pipes.Theirs, .. confinement.Extra]));
            process = new ConfinedProcess(confinement, wrapper, pipes, cgroup);
            pipes.Dispose();
            foreach (var descriptor in confinement.Extra) descriptor.Dispose();
            await process.ReleaseAsync(limits, plan);
            return process;
        }
        catch (Exception failure)
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
            else
            {
                cgroup?.Dispose();
                confinement.Dispose();
            }

            if (failure is IOException or UnauthorizedAccessException or EntryPointNotFoundException)
                throw new SandboxUnavailableException($"The sandbox did not start: {failure.Message}");
            throw;
        }
    }

    /// <summary>Ends the command and everything it started; <see cref="Exited"/> says when that is done.</summary>
    public void Kill()
    {
        if (Interlocked.Exchange(ref _killed, 1) != 0) return;
        if (_confinement.OwnsProcesses && _first is { } first) first.Kill();
        else if (_confinement.OwnsProcesses) _wrapper.Kill();
        else _release.Dispose();
    }

    /// <summary>Ends the process at the first limit that nothing in the kernel enforces.</summary>
    public void Supervise(Supervision supervision) => _supervision = SuperviseAsync(supervision);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Kill();
        await _over.CancelAsync();
        await _supervision;
        try
        {
            await _wrapper.Exited.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _wrapper.Kill();
            await _wrapper.Exited;
        }

        if (_first is { } first) await first.Exited;
        _ = await Exited;
        _cgroup?.Dispose();
        _confinement.Dispose();
        _status.Dispose();
        _over.Dispose();
        await _release.DisposeAsync();
        await Input.DisposeAsync();
        await Output.DisposeAsync();
        await Error.DisposeAsync();
    }

    private async Task SuperviseAsync(Supervision supervision)
    {
        try
        {
            await supervision.FindExcessAsync(_over.Token);
            Kill();
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // Disposed: there is nothing more to look after.
        }
    }

    private async Task ReleaseAsync(SandboxLimits limits, LimitPlan plan)
    {
        if (await _status.ReadChildAsync() is not { } pid)
        {
            await _wrapper.Exited;
            throw new SandboxUnavailableException($"The sandbox did not start: {await WrapperErrorAsync()}");
        }

        if (_confinement.OwnsProcesses)
        {
            _first = Launcher.Shared.Watch(pid)
                ?? throw new SandboxUnavailableException($"The sandbox did not start: {await WrapperErrorAsync()}");
        }

        ResourceLimits.Apply(pid, limits, plan);
        _cgroup?.Join(pid);
        Exited = WaitAsync();
        await _release.WriteAsync(_confinement.Release);
    }

    private async Task<int> WaitAsync()
    {
        const int notExecuted = 255, killed = 128 + Libc.SigKill;
        var exitCode = await _status.ReadExitCodeAsync();
        var wrapperExitCode = await _wrapper.Exited;
        if (_first is { } first) await first.Exited;
        var someoneKilled = WasKilled || wrapperExitCode > 128;
        WasExecuted = exitCode is not null || someoneKilled;
        return exitCode ?? (someoneKilled ? killed : notExecuted);
    }

    private async Task<string> WrapperErrorAsync()
    {
        var said = new byte[4096];
        var length = await Error.ReadAtLeastAsync(said, said.Length, throwOnEndOfStream: false);
        return System.Text.Encoding.UTF8.GetString(said, 0, length).Trim();
    }

    private sealed class Pipes : IDisposable
    {
        public (Descriptor Ours, Descriptor Theirs) Input { get; } = Turned(Descriptor.Pipe());
        public (Descriptor Ours, Descriptor Theirs) Output { get; } = Descriptor.Pipe();
        public (Descriptor Ours, Descriptor Theirs) Error { get; } = Descriptor.Pipe();
        public (Descriptor Ours, Descriptor Theirs) Status { get; } = Descriptor.Pipe();
        public (Descriptor Ours, Descriptor Theirs) Release { get; } = Turned(Descriptor.Pipe());

        /// <summary>In the order of the numbers that the wrapper gets.</summary>
        public IEnumerable<Descriptor> Theirs => [Input.Theirs, Output.Theirs, Error.Theirs, Status.Theirs, Release.Theirs, Release.Theirs];

        public void Dispose()
        {
            foreach (var (ours, theirs) in new[] { Input, Output, Error, Status, Release })
            {
                ours.Dispose();
                theirs.Dispose();
            }
        }

        private static (Descriptor, Descriptor) Turned((Descriptor Read, Descriptor Write) pipe) => (pipe.Write, pipe.Read);
    }
}
