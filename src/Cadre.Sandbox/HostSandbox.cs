using Cadre.Engine.Ports;
using Cadre.Sandbox.Detection;
using Cadre.Sandbox.Running;

namespace Cadre.Sandbox;

/// <summary>
/// The sandbox of this machine. It is looked for once, at the first use of any member, by running a program inside; making the
/// object costs nothing.
/// </summary>
public sealed class HostSandbox : ISandbox
{
    private readonly SandboxOptions _options;
    private readonly Lazy<Task<DetectedSandbox>> _detected;

    public HostSandbox(SandboxOptions options)
    {
        _options = options;
        _detected = new(() => Task.Run(() => SandboxDetection.RunAsync(options)));
    }

    /// <inheritdoc/>
    public SandboxLevel Level => _detected.Value.GetAwaiter().GetResult().Report.Level;

    /// <summary>What was found, and what would make it better. Takes some 30 ms the first time.</summary>
    public async ValueTask<SandboxReport> ReportAsync(CancellationToken cancellationToken) =>
        (await _detected.Value.WaitAsync(cancellationToken)).Report;

    /// <inheritdoc/>
    public async ValueTask<SandboxResult> RunAsync(SandboxCommand command, Action<string>? onOutput, CancellationToken cancellationToken)
    {
        var detected = await _detected.Value.WaitAsync(cancellationToken);
        var plan = detected.Plan;
        await using var process = await ConfinedProcess.StartAsync(detected.Wrap(command), command.Limits, plan);
        return await new CommandRun(process, command, plan, _options, onOutput).FinishAsync(cancellationToken);
    }

    /// <summary>
    /// The port's contract; the process lives until it is disposed: of its limits, wall and processor time are not for it.
    /// </summary>
    public async ValueTask<ISandboxedProcess> StartAsync(SandboxCommand command, CancellationToken cancellationToken)
    {
        var detected = await _detected.Value.WaitAsync(cancellationToken);
        var plan = detected.Plan with { LimitsCpu = false };
        var process = await ConfinedProcess.StartAsync(detected.Wrap(command), command.Limits, plan);
        try
        {
            process.Supervise(new Supervision(process, command.Limits, plan, _options.Time));
            await process.Input.WriteAsync(command.Stdin, cancellationToken);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
