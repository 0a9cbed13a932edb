using System.Diagnostics;
using Cadre.Storage.Sqlite;
using Cadre.Testing;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Sqlite;

public sealed class A_store_whose_process_dies
{
    private const int Kills = 30;

    [Fact]
    public async Task Has_all_that_was_acknowledged_and_nothing_by_half()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(20261121);
        Dictionary<int, int> acknowledged = [];
        for (var life = 0; life < Kills; life++)
        {
            using var writer = DoomedStore.Start(DoomedStore.Verb, directory.Root);
            Assert.True(await ReadAsync(writer, acknowledged, random.Next(1, 500)) > 0);
            await writer.WaitForExitAsync(Cancellation);
            Assert.Equal(137, writer.ExitCode);

            await using var store = await OpenAsync(directory);
            Assert.Equal(StoreCheck.Whole, store.Check);
            await DoomedStore.CheckAsync(store, acknowledged);
        }
    }

    [Fact]
    public async Task Goes_on_when_a_full_disk_has_room_again()
    {
        using var directory = new TemporaryDirectory();
        var script = $$"""
            mount -t tmpfs -o size=6m,mode=0700 cadre-test '{{directory.Root}}' && head -c 2000000 /dev/zero > '{{directory["ballast"]}}' &&
            '{{Environment.ProcessPath}}' {{DoomedStore.FillVerb}} '{{directory["state"]}}' '{{directory["ballast"]}}' && cp -r '{{directory["state"]}}' '{{directory.Root}}-out'
            """;
        string[] unshare = Environment.UserName == "root" ? ["-m", "sh", "-c", script] : ["-Urm", "sh", "-c", script];
        try
        {
            var said = await RunAsync("unshare", unshare);
            Assert.Equal([DoomedStore.Failed, DoomedStore.Recovered], said.Words);
            await using var store = await SqliteStore.OpenAsync(directory.Root + "-out", null, TimeProvider.System, Cancellation);
            AssertExactly(said.Acknowledged, await DoomedStore.CheckAsync(store, said.Acknowledged));
        }
        finally
        {
            if (Directory.Exists(directory.Root + "-out")) Directory.Delete(directory.Root + "-out", recursive: true);
        }
    }

    [Fact]
    public async Task Stops_for_good_when_writing_fails_and_shows_nothing_that_was_refused()
    {
        using var directory = new TemporaryDirectory();

        // A limit on the length of files makes every write beyond it fail, as a broken disk does.
        var script = $"trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f 4000; '{Environment.ProcessPath}' {DoomedStore.FillVerb} '{directory.Root}' none";
        var said = await RunAsync("sh", "-c", script);
        Assert.Equal([DoomedStore.Failed], said.Words);
        await using var store = await OpenAsync(directory);
        AssertExactly(said.Acknowledged, await DoomedStore.CheckAsync(store, said.Acknowledged));
    }

    private static ValueTask<SqliteStore> OpenAsync(TemporaryDirectory directory) => SqliteStore.OpenAsync(directory.Root, null, TimeProvider.System, Cancellation);

    private static void AssertExactly(Dictionary<int, int> acknowledged, int[] counts) =>
        Assert.Equal(Enumerable.Range(0, DoomedStore.Writers).Select(number => acknowledged.GetValueOrDefault(number)), counts);

    private static async Task<(Dictionary<int, int> Acknowledged, List<string> Words)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        Dictionary<int, int> acknowledged = [];
        List<string> words = [];
        await ReadAsync(process, acknowledged, int.MaxValue, words);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
        return (acknowledged, words);
    }

    private static async Task<int> ReadAsync(Process process, Dictionary<int, int> acknowledged, int killAfter, List<string>? words = null)
    {
        var seen = 0;
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.Split(' ') is [var run, var version] && int.TryParse(run, out var number)) acknowledged[number] = Math.Max(acknowledged.GetValueOrDefault(number), int.Parse(version));
            else words?.Add(line);
            if (++seen == killAfter) process.Kill();
        }

        return seen;
    }
}
