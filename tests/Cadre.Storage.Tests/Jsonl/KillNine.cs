using Cadre.Storage.Jsonl;
using Cadre.Testing;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Jsonl;

public sealed class KillNine
{
    [Theory]
    [InlineData(1, 30), InlineData(16, 200), InlineData(64, 1500), InlineData(64, 6000)]
    public async Task loses_nothing_that_was_acknowledged(int runs, int acknowledgements)
    {
        using var directory = new TemporaryDirectory();
        for (var life = 0; life < 3; life++)
        {
            var acknowledged = await KillAfterAsync(directory.Root, runs, acknowledgements + life * 37);
            Assert.NotEmpty(acknowledged);

            await CheckAsync(await JsonlJournal.OpenReadOnlyAsync(directory.Root, null, Cancellation), acknowledged);
            await using (var journal = await JsonlJournal.OpenAsync(directory.Root, null, TimeProvider.System, Cancellation)) await CheckAsync(journal, acknowledged);
            Assert.Empty(Directory.EnumerateFiles(directory.Root, "*.wal"));
        }
    }

    private static async Task<Dictionary<int, int>> KillAfterAsync(string directory, int runs, int acknowledgements)
    {
        using var writer = DoomedWriter.Start(DoomedWriter.Verb, directory, runs.ToString());
        Dictionary<int, int> acknowledged = [];
        var seen = 0;
        while (await writer.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.Split(' ') is [var run, var version] && int.TryParse(run, out var number)) acknowledged[number] = int.Parse(version);
            if (++seen == acknowledgements) writer.Kill();
        }

        await writer.WaitForExitAsync(Cancellation);
        Assert.Equal(137, writer.ExitCode);
        return acknowledged;
    }

    private static async Task CheckAsync(Engine.Ports.IJournal journal, Dictionary<int, int> acknowledged)
    {
        foreach (var (number, version) in acknowledged)
        {
            var texts = await journal.ReadAsync(DoomedWriter.Run(number), 0, Cancellation).Select(Text).ToListAsync(Cancellation);
            Assert.True(texts.Count >= version, $"run {number} has {texts.Count} events of {version}");
            Assert.True(texts.Count % 2 == 0, "half an append is there");
            Assert.Equal(Enumerable.Range(0, texts.Count).Select(i => $"{number}:{i}"), texts);
        }
    }
}
