using System.Globalization;
using System.Text;

namespace Cadre.McpConformance.Tests.Server;

/// <summary>docs/reports/mcp-conformance.md, written from what the suites said. With CADRE_WRITE_REPORTS=1 the tests write it anew.</summary>
internal static class ServerReport
{
    private const string Dated = "Written by `tests/Cadre.McpConformance.Tests` on ";

    public static string Write(IEnumerable<SuiteRun> runs, DateTimeOffset at)
    {
        var text = new StringBuilder();
        text.AppendLine("# MCP server: conformance").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Dated}{at:yyyy-MM-dd}; `CADRE_WRITE_REPORTS=1 ./test McpConformance` writes it anew, and without it the test compares.").AppendLine();
        text.AppendLine("The suites run against the server's own `/mcp` endpoint code; the tools, prompts and resources that they ask for are mounted in it by");
        text.AppendLine("`tests/Cadre.McpConformance`. Everything that a suite requires passes.").AppendLine();
        foreach (var run in runs)
        {
            var aside = run.NotScored.ToDictionary(scenario => scenario.Name, scenario => scenario.Why, StringComparer.Ordinal);
            var required = run.Scenarios.Where(scenario => !aside.ContainsKey(scenario.Name)).ToList();
            text.AppendLine(CultureInfo.InvariantCulture, $"## {run.Title}").AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture,
                $"Exit code {run.Code}. Required: {required.Count} scenarios, {required.Sum(scenario => scenario.Passed)} checks passed, {required.Sum(scenario => scenario.Failed)} failed.").AppendLine();
            text.AppendLine("| scenario | passed | failed | |").AppendLine("|---|---|---|---|");
            foreach (var (name, passed, failed) in run.Scenarios)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {passed} | {failed} | {(aside.TryGetValue(name, out var why) ? $"not required: {why}" : "")} |");
            text.AppendLine();
        }

        text.AppendLine("What is not required and fails is the extension `io.modelcontextprotocol/tasks`, which the server does not offer.");
        return text.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>All of it but the date.</summary>
    public static IEnumerable<string> Facts(string report) => report.Split('\n').Where(line => !line.StartsWith(Dated, StringComparison.Ordinal));
}
