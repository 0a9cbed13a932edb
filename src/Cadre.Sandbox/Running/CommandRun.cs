using System.Text;
using Cadre.Engine.Ports;
using Cadre.Sandbox.Limits;

namespace Cadre.Sandbox.Running;

/// <summary>Brings a started command to its end: feeds it, keeps its output, and ends it at the first limit that it reaches.</summary>
internal sealed class CommandRun(
    ConfinedProcess process,
    SandboxCommand command,
    LimitPlan plan,
    SandboxOptions options,
    Action<string>? onOutput)
{
    private const int ChunkBytes = 16 << 10;
    private readonly BoundedOutput _stdout = new(command.Limits.OutputBytes);
    private readonly BoundedOutput _stderr = new(command.Limits.OutputBytes);
    private readonly Lock _gate = new();
    private readonly Lock _listener = new();
    private SandboxEnd? _reason;
    private long _received;

    public async Task<SandboxResult> FinishAsync(CancellationToken cancellationToken)
    {
        var start = options.Time.GetTimestamp();
        using var wall = new CancellationTokenSource(command.Limits.Wall, options.Time);
        using var timedOut = wall.Token.Register(() => End(SandboxEnd.TimedOut));
        using var cancelled = cancellationToken.Register(() => End(SandboxEnd.Killed));
        using var over = new CancellationTokenSource();
        var supervision = SuperviseAsync(over.Token);

        await Task.WhenAll(FeedAsync(), PumpAsync(process.Output, _stdout), PumpAsync(process.Error, _stderr));
        var exitCode = await process.Exited;
        await over.CancelAsync();
        await supervision;
        cancellationToken.ThrowIfCancellationRequested();
        return Result(exitCode, options.Time.GetElapsedTime(start));
    }

    private SandboxResult Result(int exitCode, TimeSpan duration)
    {
        var stderr = _stderr.ToString();
        if (!process.WasExecuted)
        {
            // Nothing but the wrapper wrote to standard error: the command never ran.
            if (!stderr.StartsWith("bwrap: execvp ", StringComparison.Ordinal))
                throw new SandboxUnavailableException($"The sandbox did not start: {stderr.Trim()}");
            const int notFound = 127;
            return new SandboxResult(notFound, "", stderr["bwrap: execvp ".Length..], SandboxEnd.Exited, duration);
        }

        return new SandboxResult(exitCode, _stdout.ToString(), stderr, _reason ?? Judge(exitCode), duration);
    }

    private SandboxEnd Judge(int exitCode)
    {
        const int signalled = 128, kill = signalled + 9, processorTime = signalled + 24, fileSize = signalled + 25, badCall = signalled + 31;
        if (exitCode != 0 && process.WasOutOfMemory) return SandboxEnd.OutOfMemory;
        return exitCode switch
        {
            processorTime => SandboxEnd.TimedOut,
            kill or fileSize or badCall => SandboxEnd.Killed,
            _ => SandboxEnd.Exited,
        };
    }

    private void End(SandboxEnd reason)
    {
        lock (_gate) _reason ??= reason;
        process.Kill();
    }

    private async Task SuperviseAsync(CancellationToken over)
    {
        try
        {
            End(await new Supervision(process, command.Limits, plan, options.Time).FindExcessAsync(over));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The command ended first.
        }
    }

    private async Task FeedAsync()
    {
        try
        {
            await process.Input.WriteAsync(command.Stdin);
        }
        catch (IOException)
        {
            // The command ended, or closed its input, without reading all: its right.
        }

        await process.Input.DisposeAsync();
    }

    private async Task PumpAsync(Stream stream, BoundedOutput output)
    {
        try
        {
            var bytes = new byte[ChunkBytes];
            var text = new char[Encoding.UTF8.GetMaxCharCount(ChunkBytes)];
            var decoder = Encoding.UTF8.GetDecoder();
            while (await stream.ReadAsync(bytes) is > 0 and var length)
            {
                output.Append(bytes.AsSpan(0, length));
                if (Interlocked.Add(ref _received, length) > options.FloodBytes) End(SandboxEnd.Killed);
                var decoded = decoder.GetChars(bytes.AsSpan(0, length), text, flush: false);
                if (onOutput is not null && decoded > 0 && _reason is null) Tell(new string(text, 0, decoded));
            }
        }
        catch
        {
            End(SandboxEnd.Killed);
            throw;
        }
    }

    private void Tell(string chunk)
    {
        lock (_listener) onOutput!(chunk);
    }
}
