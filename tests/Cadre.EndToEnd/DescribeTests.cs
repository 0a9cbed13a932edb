using System.Text.Json;

namespace Cadre.EndToEnd;

public sealed class A_stranger
{
    [Fact]
    public async Task Gets_a_true_description_without_a_model_and_is_told_how_to_set_one()
    {
        using var place = new Place();
        var finished = (await place.Command.RunAsync("Describe workspace")).Exits(0);

        foreach (var name in new[] { "README.md", "Orchard", "src", "docs" }) Assert.Contains(name, finished.Output, StringComparison.Ordinal);
        Assert.Contains("OPENAI_BASE_URL", finished.Error, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(place.Command.State, "run-*.jsonl"));
        await place.VerifiedAsync();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("--no-responses", "")]
    [InlineData("", "true")]
    public async Task Gets_the_same_from_an_endpoint_by_either_wire(string simulator, string forced)
    {
        using var place = new Place();
        await using var simulated = await Simulated.StartAsync(place, simulator.Length == 0 ? [] : [simulator]);
        place.Command.WithModel(simulated.BaseUrl);
        if (forced.Length > 0) place.Command.Set("AGENT_FORCE_CHAT_COMPLETIONS", forced);
        var finished = (await place.Command.RunAsync("Describe workspace")).Exits(0);

        Assert.Contains("README.md", finished.Output, StringComparison.Ordinal);
        await place.VerifiedAsync();
    }

    [Fact]
    public async Task Gets_one_event_a_line_when_asked_for_json()
    {
        using var place = new Place();
        var finished = (await place.Command.RunAsync("--json", "Describe workspace")).Exits(0);
        var types = finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("event", out _))
            .Select(line => (Run: line.GetProperty("run").GetString()!, Type: line.GetProperty("event").GetProperty("type").GetString()))
            .ToArray();

        Assert.Equal("run.started", types[0].Type);
        Assert.Equal((types[0].Run, "run.ended"), types[^1]);
        Assert.Contains(types, type => type.Type == "plan.made");
    }

    [Fact]
    public async Task Is_told_that_the_endpoint_is_out_and_goes_on_later()
    {
        using var place = new Place();
        place.Command.WithModel(new("http://127.0.0.1:9/v1"));
        var paused = (await place.Command.RunAsync("Describe workspace")).Exits(1);
        Assert.Contains("cadre resume", paused.Error, StringComparison.Ordinal);

        await using var simulated = await Simulated.StartAsync(place);
        place.Command.WithModel(simulated.BaseUrl);
        (await place.Command.RunAsync("resume", "last")).Exits(0);
    }

    [Fact]
    public async Task Needs_no_root()
    {
        if (Environment.UserName != "root") return;
        using var place = new Place();
        foreach (var directory in new[] { Path.GetDirectoryName(place.Home)!, place.Home, place.Workspace })
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        var finished = (await CadreCommand.FinishAsync(place.Command.StartProgram(
            "setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--no-new-privs", CadreCommand.Program, "Describe workspace"))).Exits(0);
        Assert.Contains("README.md", finished.Output, StringComparison.Ordinal);
    }
}
