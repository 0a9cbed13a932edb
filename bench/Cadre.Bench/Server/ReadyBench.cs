using System.Diagnostics;

namespace Cadre.Bench.Server;

/// <summary>How long a server takes from its start to its first ready answer, and what it holds when nobody asks anything.</summary>
internal static class ReadyBench
{
    private const int Times = 9;

    /// <param name="path">Where the report goes.</param>
    /// <param name="program">A published cadre.</param>
    public static async Task RunAsync(string? path, string? program)
    {
        if (program is null || !File.Exists(program)) throw new FileNotFoundException("Name the published program with --program FILE.");
        using var page = new Report(path, "Ready after start", "ready");
        var state = Directory.CreateTempSubdirectory("cadre-bench-").FullName;
        var environment = new Dictionary<string, string> { ["AGENT_STATE_DIR"] = state };
        List<double> ready = [], held = [];
        using var http = new HttpClient();
        for (var i = 0; i < Times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            using var cadre = Child.Start(program, ["serve", "--urls", "http://127.0.0.1:0"], environment);
            using var answer = await http.GetAsync(new Uri(cadre.Url, "/readyz"));
            answer.EnsureSuccessStatusCode();
            ready.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await Task.Delay(TimeSpan.FromSeconds(1));
            held.Add(cadre.ResidentBytes / 1048576.0);
            cadre.Interrupt();
        }

        page.Line("| | median | most | goal |");
        page.Line("|---|--:|--:|--:|");
        page.Line($"| start to /readyz, ms | {Load.Median(ready):N0} | {ready.Max():N0} | 700 |");
        page.Line($"| idle, MiB resident | {Load.Median(held):N0} | {held.Max():N0} | 120 |");
        Directory.Delete(state, recursive: true);
    }
}
