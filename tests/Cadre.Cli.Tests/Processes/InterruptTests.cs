using System.Diagnostics;

namespace Cadre.Cli.Tests.Processes;

/// <summary>Ctrl-C as the kernel delivers it, while a model takes its time.</summary>
public sealed class InterruptTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task It_ends_the_process_with_130_and_the_run_goes_on_later(int times)
    {
        using var place = new CommandRunner();
        place.Write("README.md", "# Orchard\n");
        var (simulator, url) = await SimulatorProcess.StartAsync(place, "--script", SimulatorProcess.Script("slow.yaml"));
        await using var serving = simulator;
        place.Variables["OPENAI_BASE_URL"] = url;
        place.Variables["AGENT_MODEL"] = "simulator";

        await using var process = CadreProcess.Start(place, "Describe workspace");
        await process.SaysAsync("planning");
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++) process.Signal(CadreProcess.Interrupt);
        var ended = await process.EndAsync();
        Assert.True(ended.Code == 130, ended.Error);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "It waited for the model.");
        Assert.Empty(ended.Out);
        if (times == 1) Assert.Contains("cadre resume ", ended.Error, StringComparison.Ordinal);

        place.Variables.Remove("OPENAI_BASE_URL");
        var resumed = await place.RunAsync("resume", "last");
        Assert.True(resumed.Code == 0, resumed.Error);
        Assert.Contains("README.md", resumed.Out, StringComparison.Ordinal);
        Assert.Contains("the built-in simulator plays its model", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await place.RunAsync("audit", "verify")).Code);
    }
}
