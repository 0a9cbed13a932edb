using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Settings;
using Cadre.Cli.Smoke;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre smoke</c>: does everything work with this endpoint, over both wires?</summary>
internal static class SmokeCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var matrix = new Option<string?>("--matrix") { Description = "Also write the compatibility matrix, made from all evidence, to this file.", HelpName = "file" };
        var json = CommonOptions.Json("Print one check a line as JSON.");
        var command = new Command("smoke", $"Test the endpoint from end to end, over both wires; with {SettingNames.ForceChatCompletions}=true over Chat Completions only.") { matrix, json, CommonOptions.Model() };
        return command.Runs(surroundings, (parsed, host, cancellationToken) => ExecuteAsync(parsed.GetValue(matrix), parsed.GetValue(json), host, cancellationToken));
    }

    private static async Task<int> ExecuteAsync(string? matrix, bool json, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        RunCommand.SayWhichModel(host, new(json, false));
        var test = new SmokeTest(host.Settings, host.Surroundings);
        var all = new List<SmokeEvidence>();
        foreach (var wire in host.Settings.ForceChatCompletions ? [SmokeTest.ChatWire] : new[] { SmokeTest.ResponsesWire, SmokeTest.ChatWire })
        {
            terminal.Say($"{wire}: testing {host.Settings.Model} …");
            all.Add(await test.RunAsync(wire, cancellationToken));
        }

        if (json) WriteJson(all, new(terminal.Out));
        else Print(all, terminal);
        if (matrix is not null) WriteMatrix(Path.GetFullPath(matrix, host.Surroundings.Directory), host);
        terminal.Say($"Evidence: {host.Settings.EvidenceDirectory}");
        return all.All(evidence => evidence.Passed) ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Print(IReadOnlyList<SmokeEvidence> all, Terminal terminal)
    {
        var table = new TextTable("WIRE", "CHECK", "RESULT", "TIME", "SEEN");
        foreach (var evidence in all)
        {
            if (evidence.IsAbsent)
            {
                table.Row(evidence.Wire, "", "absent", "", "the endpoint does not offer it; Cadre uses Chat Completions there");
                continue;
            }

            foreach (var check in evidence.Checks) table.Row(evidence.Wire, check.Name, check.Passed ? "ok" : "FAILED", $"{check.Milliseconds} ms", check.Detail);
        }

        table.PrintTo(terminal);
    }

    private static void WriteJson(IReadOnlyList<SmokeEvidence> all, JsonLines lines)
    {
        foreach (var (evidence, check) in all.SelectMany(evidence => evidence.Checks.Select(check => (evidence, check))))
        {
            lines.Write(json =>
            {
                json.WriteString("endpoint", evidence.Endpoint);
                json.WriteString("model", evidence.Model);
                json.WriteString("wire", evidence.Wire);
                json.WriteString("used", evidence.Used);
                json.WriteString("check", check.Name);
                json.WriteBoolean("passed", check.Passed);
                json.WriteNumber("ms", check.Milliseconds);
                json.WriteString("detail", check.Detail);
            });
        }
    }

    private static void WriteMatrix(string path, CadreHost host)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, CompatibilityMatrix.Write(CompatibilityMatrix.Read(host.Settings.EvidenceDirectory)));
        host.Surroundings.Terminal.Say($"Compatibility matrix: {path}");
    }
}
