using System.IO.Pipes;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Detection;

/// <summary>Runs a program of the sandbox itself, unconfined, with an empty environment and a fixed argument.</summary>
internal static class TrustedProgram
{
    private const int MaxLength = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>What it says on standard output.</returns>
    /// <exception cref="IOException">It cannot be started, or does not end.</exception>
    public static async Task<string> ReadAsync(string program, string argument)
    {
        using var input = Descriptor.Containing([]);
        var (ours, theirs) = Descriptor.Pipe();
        await using var output = new AnonymousPipeClientStream(PipeDirection.In, ours.ToPipeHandle());
        WatchedProcess process;
        using (theirs) process = await Launcher.Shared.StartAsync(new Spawn(program, [argument], [], [input, theirs, theirs]));
        try
        {
            var bytes = new byte[MaxLength];
            var length = await output.ReadAtLeastAsync(bytes, MaxLength, throwOnEndOfStream: false).AsTask().WaitAsync(Patience);
            return System.Text.Encoding.UTF8.GetString(bytes, 0, length);
        }
        catch (TimeoutException)
        {
            throw new IOException($"{program} {argument} does not end.");
        }
        finally
        {
            process.Kill();
        }
    }
}
