using System.Globalization;
using System.Text.RegularExpressions;

namespace Cadre.EndToEnd;

/// <summary>
/// The state directory is a small tmpfs, in a mount namespace of its own, that a ballast fills up to a chosen rest: which write is the
/// first to fail differs with the rest.
/// </summary>
public sealed partial class A_full_disk
{
    private const int Rounds = 12;

    [Theory]
    [InlineData(64)]
    [InlineData(200)]
    [InlineData(404)]
    public async Task Stops_a_run_cleanly_and_room_lets_it_go_on(int restKib)
    {
        using var place = new Place();
        place.Write("work/big.txt", string.Concat(Enumerable.Range(0, 1_500).Select(line => string.Create(CultureInfo.InvariantCulture, $"line {line:000000}\n"))));
        Directory.CreateDirectory(place.Command.State);
        ToolCall[] calls = [ToolCall.Write("made.txt"), .. Enumerable.Range(1, Rounds).Select(_ => ToolCall.Read("big.txt"))];
        await using var model = await ScriptedModel.CallingInTurnAsync(calls);
        var finished = await CadreCommand.FinishAsync(place.Command.WithModel(model.BaseUrl)
            .Set("CADRE", CadreCommand.Program).Set("OUT", place.Home).Set("REST", restKib.ToString(CultureInfo.InvariantCulture))
            .StartProgram("unshare", [Environment.UserName == "root" ? "-m" : "-Urm", "sh", "-c", Script]));
        Assert.SkipWhen(finished.ExitCode is 90 || finished.Error.Contains("unshare", StringComparison.Ordinal), $"This machine allows no mount namespace: {finished.Error}");
        finished.Exits(0);

        var stopped = await SaidAsync(place, "stopped");
        Assert.True(stopped.ExitCode == 1, stopped.ToString());
        Assert.Matches(@"(?i)no space|disk is full|space left", stopped.Error);
        Assert.DoesNotMatch(StackFrame(), stopped.ToString());
        (await SaidAsync(place, "resumed")).Exits(0);
        (await SaidAsync(place, "audit")).Exits(0);
        var events = (await SaidAsync(place, "show")).Exits(0);
        Assert.Contains("run.ended", events.Output, StringComparison.Ordinal);
        Assert.Equal("written by the model", await File.ReadAllTextAsync(place["made.txt"]));
    }

    private const string Script = """
        mount -t tmpfs -o size=3m cadre "$AGENT_STATE_DIR" || exit 90
        say() { name=$1; shift; "$CADRE" "$@" >"$OUT/$name.out" 2>"$OUT/$name.err"; echo $? >"$OUT/$name.code"; }
        head -c "$(((3072 - REST) * 1024))" /dev/zero >"$AGENT_STATE_DIR/ballast"
        say stopped "Do it"
        rm "$AGENT_STATE_DIR/ballast"
        say resumed resume last
        say audit audit verify
        say show show last --events
        """;

    private static async Task<Finished> SaidAsync(Place place, string name)
    {
        var path = Path.Combine(place.Home, name);
        return new(int.Parse(await File.ReadAllTextAsync(path + ".code"), CultureInfo.InvariantCulture), await File.ReadAllTextAsync(path + ".out"), await File.ReadAllTextAsync(path + ".err"));
    }

    [GeneratedRegex(@"^\s+at \S+\(", RegexOptions.Multiline)]
    private static partial Regex StackFrame();
}
