using System.Diagnostics;
using System.Text;

namespace Cadre.Testing;

/// <summary>A program of somebody else's, run to its end.</summary>
public static class ProgramRun
{
    private const int MaxOutput = 4_000_000;

    /// <summary>What it says on both streams comes together. One that does not end is killed, which its last line tells.</summary>
    /// <param name="whatToInstall">For the message when the program is not there.</param>
    public static async Task<(int Code, string Output)> RunAsync(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment, TimeSpan patience, string whatToInstall)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["NO_PROXY"] = "127.0.0.1";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"`{program}` cannot be started ({missing.Message}). {whatToInstall}", missing);
        }

        using (process)
        {
            process.StandardInput.Close();
            var output = new StringBuilder();
            process.OutputDataReceived += (_, line) => Keep(line.Data);
            process.ErrorDataReceived += (_, line) => Keep(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            using var late = new CancellationTokenSource(patience);
            try
            {
                await process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                Keep($"not ok the program ended: not within {patience}");
                return (-1, output.ToString());
            }

            return (process.ExitCode, output.ToString());

            void Keep(string? line)
            {
                lock (output)
                {
                    if (line is not null && output.Length < MaxOutput) output.AppendLine(line);
                }
            }
        }
    }
}
