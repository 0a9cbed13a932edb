using System.Diagnostics;
using System.Net;

namespace Cadre.Cli.Tests.Processes;

public sealed class SimulateTests
{
    [Theory]
    [InlineData(CadreProcess.Interrupt)]
    [InlineData(CadreProcess.Terminate)]
    public async Task It_prints_its_address_first_and_ends_soon_when_told(int signal)
    {
        using var place = new CommandRunner();
        var (process, url) = await SimulatorProcess.StartAsync(place);
        await using var _ = process;
        Assert.StartsWith("export OPENAI_BASE_URL=", process.Out, StringComparison.Ordinal);
        using var client = new HttpClient();
        Assert.Contains("simulator", await client.GetStringAsync($"{url}/models", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var told = Stopwatch.GetTimestamp();
        process.Signal(signal);
        var ended = await process.EndAsync();
        Assert.True(ended.Code == 0, ended.Error);
        Assert.True(Stopwatch.GetElapsedTime(told) < TimeSpan.FromSeconds(20), "It took too long to end.");
    }

    [Fact]
    public async Task Without_responses_it_has_none_and_a_goal_is_reached_all_the_same()
    {
        using var place = new CommandRunner();
        place.Write("README.md", "# Orchard\n");
        var (process, url) = await SimulatorProcess.StartAsync(place, "--no-responses");
        await using var _ = process;
        using var client = new HttpClient();
        using var answer = await client.PostAsync($"{url}/responses", new StringContent("{}"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);

        place.Variables["OPENAI_BASE_URL"] = url;
        place.Variables["AGENT_MODEL"] = "simulator";
        var reached = await place.RunAsync("Describe workspace", "--quiet");
        Assert.True(reached.Code == 0, reached.Error);
        Assert.Contains("README.md", reached.Out, StringComparison.Ordinal);
    }
}
