using System.CommandLine;
using Cadre.Cli.Doctor;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre doctor</c>: what is set, what is in force, and what is wrong. Asks no network and changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var json = CommonOptions.Json("Print the findings as one JSON object.");
        return new Command("doctor", "Show the sandbox, the settings and what is wrong.") { json }.Runs(surroundings, (parsed, host, cancellationToken) =>
            ExecuteAsync(parsed.GetValue(json), host, cancellationToken));
    }

    private static async Task<int> ExecuteAsync(bool json, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var report = await new Examination(host).RunAsync(cancellationToken);
        if (json) new JsonLines(terminal.Out).Write(report.WriteTo);
        else Print(report, terminal);
        return report.IsHealthy ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Print(DoctorReport report, Terminal terminal)
    {
        foreach (var group in report.Findings.GroupBy(finding => finding.Section))
        {
            terminal.Print(group.Key);
            foreach (var finding in group)
            {
                terminal.Print($"  {Mark(finding.Severity)} {finding.Name,-12} {finding.Value}");
                if (finding.Advice is { } advice) terminal.Print($"    {"",-12} → {advice}");
            }
        }

        terminal.Print("settings");
        foreach (var setting in report.Settings) terminal.Print($"    {setting.Name,-28} {setting.Value}  ({setting.Origin})");
        if (!report.IsHealthy) terminal.Fail("Something stands in the way of runs; see the lines with ✗.");
    }

    private static char Mark(Severity severity) => severity switch
    {
        Severity.Fine => '✓',
        Severity.Warning => '!',
        Severity.Problem => '✗',
    };
}
