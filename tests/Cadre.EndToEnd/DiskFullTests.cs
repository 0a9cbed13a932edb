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

    /// <summary>The journal reserves 256 KiB when it is opened: what is left beyond that is what the run has.</summary>
    [Theory]
    [InlineData(340)]
    [InlineData(400)]
    [InlineData(440)]
    public async Task Stops_a_run_cleanly_and_room_lets_it_go_on(int restKib)
    {
        using var place = Furnished();
        await using var model = await ScriptedModel.CallingInTurnAsync([ToolCall.Write("made.txt"), .. Enumerable.Repeat(ToolCall.Read("big.txt"), Rounds)]);
        await FillAsync(place, model, restKib, "resume last");

        Refused(await SaidAsync(place, "stopped"));
        Assert.Contains(ScriptedModel.Answer, (await SaidAsync(place, "again")).Exits(0).Output, StringComparison.Ordinal);
        (await SaidAsync(place, "audit")).Exits(0);
        Assert.Contains("run.ended", (await SaidAsync(place, "show")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal("written by the model", await File.ReadAllTextAsync(place["made.txt"]));
    }

    [Fact]
    public async Task Lets_nothing_begin_that_cannot_be_written_down()
    {
        using var place = Furnished();
        await using var model = await ScriptedModel.CallingAsync(ToolCall.Write("made.txt"));
        await FillAsync(place, model, 64, "run again", "test ! -e made.txt || exit 91");

        Refused(await SaidAsync(place, "stopped"));
        (await SaidAsync(place, "again")).Exits(0);
        (await SaidAsync(place, "audit")).Exits(0);
    }

    private static Place Furnished()
    {
        var place = new Place();
        place.Write("work/big.txt", string.Concat(Enumerable.Range(0, 1_500).Select(line => string.Create(CultureInfo.InvariantCulture, $"line {line:000000}\n"))));
        Directory.CreateDirectory(place.Command.State);
        return place;
    }

    private static async Task FillAsync(Place place, ScriptedModel model, int restKib, string again, string check = ":")
    {
        var finished = await CadreCommand.FinishAsync(place.Command.WithModel(model.BaseUrl)
            .Set("CADRE", CadreCommand.Program).Set("OUT", place.Home).Set("REST", restKib.ToString(CultureInfo.InvariantCulture)).Set("AGAIN", again).Set("CHECK", check)
            .StartProgram("unshare", [Environment.UserName == "root" ? "-m" : "-Urm", "sh", "-c", Script]));
        Assert.SkipWhen(finished.ExitCode == 90 || finished.Error.Contains("unshare", StringComparison.Ordinal), $"This machine allows no mount namespace: {finished.Error}");
        finished.Exits(0);
    }

    private static void Refused(Finished stopped)
    {
        Assert.True(stopped.ExitCode == 1, stopped.ToString());
        Assert.True(stopped.Error.Contains("no room", StringComparison.OrdinalIgnoreCase), stopped.ToString());
        Assert.DoesNotMatch(StackFrame(), stopped.ToString());
    }

    private const string Script = """
        mount -t tmpfs -o size=3m cadre "$AGENT_STATE_DIR" || exit 90
        say() { name=$1; shift; "$CADRE" "$@" >"$OUT/$name.out" 2>"$OUT/$name.err"; echo $? >"$OUT/$name.code"; }
        head -c "$(((3072 - REST) * 1024))" /dev/zero >"$AGENT_STATE_DIR/ballast"
        say stopped "Do it"
        eval "$CHECK"
        rm "$AGENT_STATE_DIR/ballast"
        say again $AGAIN
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
