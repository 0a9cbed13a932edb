using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Jsonl;
using Cadre.Testing;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Jsonl;

public sealed class DiskFailures
{
    [Fact]
    public async Task At_any_operation_end_acknowledging_and_lose_nothing()
    {
        var acknowledgedSometimes = 0;
        for (var at = 1; ; at++)
        {
            Assert.True(at < 500, "the load never ends without a failure");
            using var directory = new TemporaryDirectory();
            var disk = new FailingDisk { FailsAt = at };
            var runs = Enumerable.Range(0, 3).Select(_ => NewRun()).ToArray();
            var acknowledged = new long[runs.Length];
            await LoadAsync(directory.Root, disk, runs, acknowledged);
            acknowledgedSometimes += acknowledged.Sum() > 0 ? 1 : 0;

            await using var journal = await JsonlJournal.OpenAsync(directory.Root, null, TimeProvider.System, Cancellation);
            for (var i = 0; i < runs.Length; i++)
            {
                var texts = await journal.ReadAsync(runs[i], 0, Cancellation).Select(Text).ToListAsync(Cancellation);
                Assert.True(texts.Count >= acknowledged[i], $"failure at {at}: {texts.Count} events of {acknowledged[i]}");
                Assert.Equal(Enumerable.Range(0, texts.Count).Select(n => $"{n}"), texts);
                Assert.True((await journal.AppendAsync(runs[i], texts.Count, [Said("on")], Cancellation)).Won);
            }

            if (!disk.HasFailed) break;
        }

        Assert.True(acknowledgedSometimes > 10);
    }

    [Fact]
    public async Task Are_told_to_everybody_who_waits_and_who_comes_later()
    {
        using var directory = new TemporaryDirectory();
        var disk = new FailingDisk();
        await using var journal = await JsonlJournal.OpenAsync(directory.Root, new() { Disk = disk }, TimeProvider.System, Cancellation);
        var run = NewRun();
        await journal.AppendAsync(run, 0, Saying(1), Cancellation);
        disk.FailsAt = 0;
        var appends = Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await journal.AppendAsync(NewRun(), 0, Saying(1), Cancellation))).ToArray();
        foreach (var append in appends)
        {
            var failure = await Assert.ThrowsAsync<JournalUnavailableException>(() => append);
            Assert.Contains("Input/output error", failure.Message);
            Assert.IsType<IOException>(failure.InnerException);
        }

        disk.FailsAt = int.MaxValue;
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(run, 1, Saying(1), Cancellation));
        Assert.Equal(1, await journal.ReadAsync(run, 0, Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task At_opening_leave_the_log_for_the_next_attempt()
    {
        using var directory = new TemporaryDirectory();
        using (var writer = DoomedWriter.Start(DoomedWriter.Verb, directory.Root, "4"))
        {
            for (var i = 0; i < 40; i++) await writer.StandardOutput.ReadLineAsync(Cancellation);
            writer.Kill();
            await writer.WaitForExitAsync(Cancellation);
        }

        var logs = Directory.GetFiles(directory.Root, "*.wal");
        Assert.NotEmpty(logs);
        await Assert.ThrowsAsync<JournalUnavailableException>(async () =>
            await JsonlJournal.OpenAsync(directory.Root, new() { Disk = new FailingDisk { FailsAt = 1 } }, TimeProvider.System, Cancellation));
        Assert.Equal(logs, Directory.GetFiles(directory.Root, "*.wal"));
        await using var journal = await JsonlJournal.OpenAsync(directory.Root, null, TimeProvider.System, Cancellation);
        Assert.True(await journal.ReadAsync(DoomedWriter.Run(0), 0, Cancellation).CountAsync(Cancellation) >= 2);
    }

    private static async Task LoadAsync(string directory, FailingDisk disk, RunId[] runs, long[] acknowledged)
    {
        var options = new JsonlOptions { Disk = disk, SegmentBytes = 2048, FlushDelay = TimeSpan.FromMilliseconds(0.1), OpenFiles = 2 };
        try
        {
            await using var journal = await JsonlJournal.OpenAsync(directory, options, TimeProvider.System, Cancellation);
            for (var round = 0; round < 6; round++)
            {
                for (var i = 0; i < runs.Length; i++)
                {
                    acknowledged[i] = (await journal.AppendAsync(runs[i], acknowledged[i], [Said($"{acknowledged[i]}")], Cancellation)).Version;
                }
            }
        }
        catch (JournalUnavailableException)
        {
        }
    }
}
