using System.Diagnostics;

namespace Cadre.Sandbox.Tests;

/// <summary>The test program as a launcher of sandboxes in a process of its own, with an environment that really is its.</summary>
internal sealed class Launched : IDisposable
{
    private readonly Process _process;

    public Launched(string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Machine.TestProgram, [Probe.Verb, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    public async Task<string> ReadLineAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The launcher ended.");

    public async Task<string> ReadToEndAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadToEndAsync(cancellationToken);

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
