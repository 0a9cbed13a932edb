namespace Cadre.Cli.Tests.Processes;

/// <summary><c>cadre simulate</c> as a process.</summary>
internal static class SimulatorProcess
{
    public static async Task<(CadreProcess Process, string BaseUrl)> StartAsync(CommandRunner place, params string[] arguments)
    {
        var process = CadreProcess.Start(place, ["simulate", .. arguments]);
        return (process, (await process.SaysAsync(@"export OPENAI_BASE_URL=(http://127\.0\.0\.1:\d+/v1)")).Groups[1].Value);
    }

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Processes", name);
}
