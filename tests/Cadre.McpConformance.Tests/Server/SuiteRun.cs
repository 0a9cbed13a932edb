using System.Text.RegularExpressions;
using Cadre.McpConformance.Tests.Node;

namespace Cadre.McpConformance.Tests.Server;

/// <summary>One suite, run once against the endpoint over the fixtures.</summary>
internal sealed partial record SuiteRun(string Title, int Code, string Output)
{
    public static IReadOnlyList<(string Title, string Package, string[] Arguments)> Suites { get; } =
    [
        ("@modelcontextprotocol/conformance 0.1.16, `server --suite active`", NodeTools.Stable, ["--suite", "active"]),
        ("@modelcontextprotocol/conformance 0.2.0-alpha.12, `server --requirements 2025-11-25`", NodeTools.Newest, ["--requirements", "2025-11-25"]),
        ("@modelcontextprotocol/conformance 0.2.0-alpha.12, `server --requirements 2026-07-28`", NodeTools.Newest, ["--requirements", "2026-07-28"]),
    ];

    /// <summary>What the suite says of each scenario, in its order.</summary>
    public IEnumerable<(string Name, int Passed, int Failed)> Scenarios =>
        Line().Matches(Output).Select(line => (line.Groups["name"].Value, Number(line.Groups["passed"]), Number(line.Groups["failed"])));

    /// <summary>Run and reported, and no part of the requirements: a name and why.</summary>
    public IEnumerable<(string Name, string Why)> NotScored => Aside().Matches(Output).Select(line => (line.Groups["name"].Value, line.Groups["why"].Value));

    public static async Task<SuiteRun> OfAsync(string title, string package, IEnumerable<string> arguments)
    {
        await using var host = await ConformanceHost.StartAsync();
        var (code, output) = await NodeTools.ConformanceAsync(package, ["server", "--url", host.Url, .. arguments]);
        return new(title, code, output);
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[✓✗] (?<name>[\w/.-]+): (?<passed>\d+) passed, (?<failed>\d+) failed(, \d+ warnings)?\r?$", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"^  [✓✗] (?<name>[\w/.-]+) \((?<why>[\w-]+)\)\r?$", RegexOptions.Multiline)]
    private static partial Regex Aside();
}
