using System.Diagnostics;

namespace Cadre.Bench.Start;

/// <summary>How long a published `cadre` takes to say something.</summary>
internal static class StartBench
{
    private const int Times = 30;

    public static void Run(string? path, string? program)
    {
        if (program is null || !File.Exists(program)) throw new FileNotFoundException("Name the published program with --program FILE.");
        using var report = new Report(path, "Start", "start");
        report.Line("| command | median ms | slowest of 30 | goal |");
        report.Line("|---|--:|--:|--:|");
        Measure(report, program, "--version", 150);
        Measure(report, program, "doctor", 600);
    }

    private static void Measure(Report report, string program, string argument, int goal)
    {
        var times = Enumerable.Range(0, Times).Select(_ => Once(program, argument)).Order().ToArray();
        report.Line($"| `cadre {argument}` | {times[Times / 2]:0} | {times[^1]:0} | {goal} |");
    }

    private static double Once(string program, string argument)
    {
        var began = Stopwatch.GetTimestamp();
#pragma warning disable RS0030 // What is measured is the start of a process, by the one who is not Cadre.
        using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
#pragma warning restore RS0030
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
