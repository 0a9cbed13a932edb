using System.Globalization;

namespace Cadre.EndToEnd;

/// <summary>A model that sends nonsense, or too much of everything.</summary>
public sealed class A_hostile_model_without_measure
{
    private const long MostState = 4 << 20;

    [Fact]
    public async Task Is_told_its_mistakes_and_may_go_on()
    {
        using var place = new Place();
        await using var model = await ScriptedModel.CallingAsync(
            new("no_such_tool", "{}"), new("read_file", "{not json"), new("read_file", "[1]"), new("read_file", """{"pth":"README.md"}"""),
            new("read_file", """{"path":7}"""), new("run_command", """{"argv":"rm -rf ."}"""), new("run_command", """{"argv":[]}"""), ToolCall.Read("README.md"));
        var finished = (await place.Command.WithModel(model.BaseUrl).RunAsync("--approve", "auto", "Do it")).Exits(0);

        Assert.Contains(ScriptedModel.Answer, finished.Output, StringComparison.Ordinal);
        var calls = Recorded.Calls(place.Command);
        Assert.All(calls.SkipLast(1), call => Assert.True(call.Status == "Failed", call.ToString()));
        Assert.Equal("Succeeded", calls[^1].Status);
        Assert.True(File.Exists(place["README.md"]));
    }

    [Theory]
    [InlineData("--budget-calls", "9")]
    [InlineData("--budget-tokens", "30000")]
    public async Task Ends_by_its_budget_when_it_never_stops_calling(string option, string limit)
    {
        using var place = new Place();
        await using var model = await ScriptedModel.PlayingAsync("  - then: { calls: [{ name: list_directory, arguments: {} }] }");
        var finished = (await place.Command.WithModel(model.BaseUrl).RunAsync(option, limit, "Do it")).Exits(1);

        Assert.DoesNotContain(ScriptedModel.Answer, finished.Output, StringComparison.Ordinal);
        if (option == "--budget-calls") Assert.InRange(Recorded.Calls(place.Command).Count(call => call.Status == "Succeeded"), 1, 9);
        else Assert.True(model.Requests < 40, $"{model.Requests} requests");
        await place.VerifiedAsync();
    }

    [Fact]
    public async Task Cannot_fill_memory_or_the_journal_with_what_it_says()
    {
        using var place = new Place();
        await using var model = await ScriptedModel.PlayingAsync("  - then: { flood_mib: 64 }");
        var finished = await place.Command.WithModel(model.BaseUrl).RunAsync("Do it");

        Assert.True(finished.ExitCode is 0 or 1, finished.ToString());
        Assert.True(finished.ToString().Length < 1 << 20, $"{finished.ToString().Length} characters");
        Assert.True(StateSize(place) < MostState, $"{StateSize(place)} bytes of state");
        await place.VerifiedAsync();
    }

    [Fact]
    public async Task Cannot_fill_memory_or_the_journal_with_what_its_commands_print()
    {
        using var place = new Place();
        place.Write("work/big.txt", string.Concat(Enumerable.Range(0, 400_000).Select(line => line.ToString(CultureInfo.InvariantCulture) + "\n")));
        await using var model = await ScriptedModel.CallingAsync(
            new("run_command", """{"argv":["yes"],"timeout_seconds":2}"""), ToolCall.Command("cat", "big.txt"), ToolCall.Read("big.txt"),
            new("search", """{"pattern":".","path":"big.txt","max_results":100}"""));
        (await place.Command.WithModel(model.BaseUrl).RunAsync("--approve", "auto", "Do it")).Exits(0);

        var calls = Recorded.Calls(place.Command);
        Assert.Equal(4, calls.Count);
        Assert.All(calls, call => Assert.True(call.Output.Length is > 0 and < 100_000, $"{call.Tool}: {call.Output.Length} characters"));
        Assert.True(StateSize(place) < MostState, $"{StateSize(place)} bytes of state");
        await place.VerifiedAsync();
    }

    [Fact]
    public async Task Cannot_write_on_the_terminal_by_its_texts()
    {
        using var place = new Place();
        await using var model = await ScriptedModel.CallingAsync(
            new("read_file", "{\"path\":\"\\u001b]0;owned\\u0007\\u001b[2Jx\"}"), new("no_\u001b[31mtool", "{}"));
        var finished = await place.Command.WithModel(model.BaseUrl).RunAsync("Do it");
        var shown = await place.Command.RunAsync("show", "last");

        Assert.DoesNotContain('\u001b', finished.ToString());
        Assert.DoesNotContain('\u0007', finished.ToString());
        Assert.DoesNotContain('\u001b', shown.ToString());
    }

    private static long StateSize(Place place) => new DirectoryInfo(place.Command.State).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
