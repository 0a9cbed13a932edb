using Cadre.McpConformance.Tests.Node;

namespace Cadre.McpConformance.Tests.Server;

public sealed class The_servers_endpoint(The_servers_endpoint.Runs runs) : IClassFixture<The_servers_endpoint.Runs>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Passes_what_a_suite_requires(int suite)
    {
        var run = runs.All[suite];
        var aside = run.NotScored.Select(scenario => scenario.Name).ToHashSet(StringComparer.Ordinal);
        Assert.True(run.Code == 0, $"{run.Title} ended with {run.Code}.\n{run.Output}");
        Assert.True(run.Scenarios.Count() >= 30, run.Output);
        Assert.All(run.Scenarios.Where(scenario => !aside.Contains(scenario.Name)), scenario => Assert.True(scenario is { Passed: > 0, Failed: 0 }, scenario.Name));
    }

    [Fact]
    public void Fares_as_the_report_says()
    {
        var file = Path.Combine(NodeTools.Repository, "docs", "reports", "mcp-conformance.md");
        if (Environment.GetEnvironmentVariable("CADRE_WRITE_REPORTS") == "1") File.WriteAllText(file, ServerReport.Write(runs.All, TimeProvider.System.GetUtcNow()));
        Assert.Equal(ServerReport.Facts(ServerReport.Write(runs.All, default)), ServerReport.Facts(File.ReadAllText(file)));
    }

    [Fact]
    public async Task Is_understood_by_the_inspector()
    {
        await using var host = await ConformanceHost.StartAsync();
        var listed = await NodeTools.InspectorAsync(host.Url, "--transport", "http", "--method", "tools/list");
        Assert.True(listed.Code == 0, listed.Output);
        Assert.Contains("\"test_simple_text\"", listed.Output, StringComparison.Ordinal);
        var called = await NodeTools.InspectorAsync(host.Url, "--transport", "http", "--method", "tools/call", "--tool-name", "test_simple_text");
        Assert.True(called.Code == 0, called.Output);
        Assert.Contains("This is a simple text response for testing.", called.Output, StringComparison.Ordinal);
    }

    /// <summary>All suites at the same time, each against a server of its own: most of their time is waiting.</summary>
    public sealed class Runs : IAsyncLifetime
    {
        internal IReadOnlyList<SuiteRun> All { get; private set; } = [];

        public async ValueTask InitializeAsync() =>
            All = await Task.WhenAll(SuiteRun.Suites.Select(suite => SuiteRun.OfAsync(suite.Title, suite.Package, suite.Arguments)));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
