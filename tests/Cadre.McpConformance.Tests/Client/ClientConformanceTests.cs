using System.Globalization;
using System.Text;
using Cadre.McpConformance.Tests.Node;
using Cadre.McpConformance.Tests.Server;

namespace Cadre.McpConformance.Tests.Client;

public sealed class The_clients_connections
{
    private const string Dated = "Written by `tests/Cadre.McpConformance.Tests` on ";

    private static string Report => Path.Combine(NodeTools.Repository, "docs", "reports", "mcp-conformance-client.md");

    /// <summary>Where its own build puts it: beside it lies what it needs.</summary>
    private static string Client
    {
        get
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(own.Parent!.Parent!.FullName, "Cadre.McpConformanceClient", own.Name, "Cadre.McpConformanceClient");
        }
    }

    [Fact]
    public async Task Do_what_both_revisions_require()
    {
        var runs = new List<SuiteRun>();
        foreach (var revision in new[] { "2025-11-25", "2026-07-28" })
        {
            // Scenarios run side by side, and a process that waits for its turn on a small machine has not failed.
            var (code, output) = await NodeTools.ConformanceAsync(
                NodeTools.Newest, "client", "--command", Client, "--requirements", revision, "--timeout", "240000");
            var run = new SuiteRun($"@modelcontextprotocol/conformance 0.2.0-alpha.12, `client --requirements {revision}`", code, output);
            Assert.True(code == 0, $"{run.Title} ended with {code}.\n{output}");
            Assert.True(Required(run).Count >= 18, output);
            runs.Add(run);
        }

        var written = Write(runs, TimeProvider.System.GetUtcNow());
        if (Environment.GetEnvironmentVariable("CADRE_WRITE_REPORTS") == "1") await File.WriteAllTextAsync(Report, written, TestContext.Current.CancellationToken);
        Assert.Equal(Facts(await File.ReadAllTextAsync(Report, TestContext.Current.CancellationToken)), Facts(written));
    }

    private static List<string> Required(SuiteRun run)
    {
        var aside = run.NotScored.Select(scenario => scenario.Name).ToHashSet(StringComparer.Ordinal);
        return [.. run.Scenarios.Select(scenario => scenario.Name).Where(name => !aside.Contains(name))];
    }

    private static string Write(IEnumerable<SuiteRun> runs, DateTimeOffset at)
    {
        var text = new StringBuilder();
        text.AppendLine("# MCP client: conformance").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Dated}{at:yyyy-MM-dd}; `CADRE_WRITE_REPORTS=1 ./test McpConformance` writes it anew, and without it the test compares.").AppendLine();
        text.AppendLine("`tests/Cadre.McpConformanceClient` opens each connection, and signs in, with the code that runs and `cadre mcp` use.").AppendLine();
        foreach (var run in runs)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"## {run.Title}").AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"Exit code {run.Code}. All {Required(run).Count} required scenarios pass:").AppendLine();
            foreach (var name in Required(run)) text.AppendLine(CultureInfo.InvariantCulture, $"- {name}");
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Run, not required, and not met: {string.Join(", ", run.NotScored.Select(scenario => $"{scenario.Name} ({scenario.Why})"))}.").AppendLine();
        }

        return text.ToString().ReplaceLineEndings("\n").TrimEnd() + "\n";
    }

    private static IEnumerable<string> Facts(string report) => report.Split('\n').Where(line => !line.StartsWith(Dated, StringComparison.Ordinal));
}
