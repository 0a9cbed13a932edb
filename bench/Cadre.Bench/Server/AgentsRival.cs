using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Cadre.Bench.Server;

/// <summary>bench/rivals/openai-agents: the loop of a chat's turn on npm @openai/agents, in a process of its own.</summary>
/// <param name="node">The program; 22 or newer.</param>
/// <param name="directory">Where the rival was installed.</param>
internal sealed class AgentsRival(string node, string directory)
{
    public async Task<Spent> RunAsync(Uri model, int users, TimeSpan duration)
    {
        string[] arguments = ["run.mjs", model.AbsoluteUri.TrimEnd('/'), users.ToString(CultureInfo.InvariantCulture), duration.TotalSeconds.ToString(CultureInfo.InvariantCulture), "chat_completions"];
        var start = new ProcessStartInfo(node, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true };
#pragma warning disable RS0030 // A process of the bench, by the one who is not Cadre.
        using var process = Process.Start(start)!;
#pragma warning restore RS0030
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{node} ended with {process.ExitCode}: {said}");
        using var figures = JsonDocument.Parse(said);
        double Figure(string name) => figures.RootElement.GetProperty(name).GetDouble();
        return new(Figure("rate"), Figure("p50_ms"), Figure("cpu_ms"), 0);
    }
}
