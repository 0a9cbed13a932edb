namespace Cadre.EndToEnd;

/// <summary>Nobody is at the terminal: what asks is parked, survives the process, and is decided later.</summary>
public sealed class A_call_that_asks
{
    private static readonly ToolCall Append = ToolCall.Command("sh", "-c", "echo once >> ledger.txt");

    [Fact]
    public async Task Is_parked_approved_and_made_exactly_once()
    {
        using var place = new Place();
        await using var model = await ScriptedModel.CallingAsync(Append);
        place.Command.WithModel(model.BaseUrl);
        var parked = (await place.Command.RunAsync("Do it")).Exits(1);
        Assert.Contains("cadre approvals", parked.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(place["ledger.txt"]));

        var listed = (await place.Command.RunAsync("approvals")).Exits(0);
        Assert.Contains("echo once >> ledger.txt", listed.Output, StringComparison.Ordinal);
        Assert.Contains("programs.inline-code", listed.Output, StringComparison.Ordinal);

        (await place.Command.RunAsync("approvals", "approve", "last")).Exits(0);
        (await place.Command.RunAsync("resume", "last")).Exits(0);
        Assert.Equal(["once"], await File.ReadAllLinesAsync(place["ledger.txt"]));
        Assert.Equal("Succeeded", Assert.Single(Recorded.Calls(place.Command)).Status);

        (await place.Command.RunAsync("approvals", "approve", "last")).Exits(1);
        (await place.Command.RunAsync("resume", "last")).Exits(0);
        Assert.Equal(["once"], await File.ReadAllLinesAsync(place["ledger.txt"]));
        await place.VerifiedAsync();
    }

    [Fact]
    public async Task Is_not_made_when_it_is_denied_and_the_model_is_told()
    {
        using var place = new Place();
        await using var model = await ScriptedModel.CallingAsync(Append);
        place.Command.WithModel(model.BaseUrl);
        (await place.Command.RunAsync("Do it")).Exits(1);
        (await place.Command.RunAsync("approvals", "deny", "last", "--comment", "not on a Saturday")).Exits(0);
        (await place.Command.RunAsync("resume", "last")).Exits(0);

        Assert.False(File.Exists(place["ledger.txt"]));
        Assert.Equal("Denied", Assert.Single(Recorded.Calls(place.Command)).Status);
        Assert.Contains("not on a Saturday", model.Heard, StringComparison.Ordinal);
        await place.VerifiedAsync();
    }

    [Fact]
    public async Task Asks_again_when_it_is_made_again()
    {
        using var place = new Place();
        await using var model = await ScriptedModel.CallingInTurnAsync(Append, Append);
        place.Command.WithModel(model.BaseUrl);
        (await place.Command.RunAsync("Do it")).Exits(1);
        (await place.Command.RunAsync("approvals", "approve", "last")).Exits(0);
        (await place.Command.RunAsync("resume", "last")).Exits(1);

        Assert.Equal(["once"], await File.ReadAllLinesAsync(place["ledger.txt"]));
        Assert.Contains("ledger.txt", (await place.Command.RunAsync("approvals")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal(["Succeeded", "open"], Recorded.Calls(place.Command).Select(call => call.Status));
    }

    [Fact]
    public async Task Waits_on_when_the_run_is_resumed_without_a_decision()
    {
        using var place = new Place();
        await using var model = await ScriptedModel.CallingAsync(Append);
        place.Command.WithModel(model.BaseUrl);
        (await place.Command.RunAsync("Do it")).Exits(1);
        (await place.Command.RunAsync("resume", "last")).Exits(1);
        Assert.False(File.Exists(place["ledger.txt"]));
        Assert.Contains("ledger.txt", (await place.Command.RunAsync("approvals")).Exits(0).Output, StringComparison.Ordinal);
    }
}
