using System.Diagnostics;
using Cadre.Engine.Ports;
using Cadre.Storage.Durable;
using Cadre.Storage.Jsonl;
using Cadre.Testing;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Jsonl;

public sealed class StateDirectory : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Has_one_writer_and_names_it_to_the_second()
    {
        Assert.Null(JsonlJournal.FindHolder(_directory.Root));
        using var holder = DoomedWriter.Start(DoomedWriter.HoldVerb, _directory.Root);
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Cancellation));

        var refused = await Assert.ThrowsAsync<StateLockedException>(async () => await OpenAsync());
        Assert.Equal(holder.Id, refused.Holder);
        Assert.Contains($"process {holder.Id}", refused.Message);
        Assert.Contains(_directory.Root, refused.Message);
        Assert.Equal(holder.Id, JsonlJournal.FindHolder(_directory.Root));

        holder.Kill();
        await holder.WaitForExitAsync(Cancellation);
        Assert.Null(JsonlJournal.FindHolder(_directory.Root));
        await using var journal = await OpenAsync();
        Assert.Equal(Environment.ProcessId, JsonlJournal.FindHolder(_directory.Root));
    }

    [Fact]
    public async Task Has_one_writer_within_a_process_too()
    {
        await using var journal = await OpenAsync();
        await Assert.ThrowsAsync<StateLockedException>(async () => await OpenAsync());
    }

    [Fact]
    public async Task Is_for_its_owner_alone()
    {
        var state = _directory["state"];
        var run = NewRun();
        await using var journal = await JsonlJournal.OpenAsync(state, null, TimeProvider.System, Cancellation);
        await journal.AppendAsync(run, 0, Saying(1), Cancellation);
        Inbox.Open(state).Send("x", "{}"u8, TimeProvider.System);
        await journal.DisposeAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(state));
        var files = Directory.GetFiles(state, "*", SearchOption.AllDirectories);
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Is_read_beside_its_writer()
    {
        var run = NewRun();
        await using var journal = await OpenAsync();
        await journal.AppendAsync(run, 0, Saying(3), Cancellation);

        // Durable is visible, whether or not the line is in the run's file yet.
        var beside = await JsonlJournal.OpenReadOnlyAsync(_directory.Root, null, Cancellation);
        Assert.Equal(3, await beside.ReadAsync(run, 0, Cancellation).CountAsync(Cancellation));
        Assert.Equal([run], await beside.ListAsync(Cancellation).ToListAsync(Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await beside.AppendAsync(run, 3, Saying(1), Cancellation));
        Assert.Empty(Directory.GetFiles(_directory.Root, "*.rejected"));
    }

    [Fact]
    public async Task That_is_not_there_is_read_as_empty_and_not_made()
    {
        var nowhere = _directory["nowhere"];
        var journal = await JsonlJournal.OpenReadOnlyAsync(nowhere, null, Cancellation);
        Assert.Empty(await journal.ListAsync(Cancellation).ToListAsync(Cancellation));
        Assert.Null(JsonlJournal.FindHolder(nowhere));
        Assert.False(Directory.Exists(nowhere));
    }

    [Fact]
    public async Task That_fills_up_fails_cleanly_and_goes_on_after_room_is_made()
    {
        var test = $"{Environment.ProcessPath} {DoomedWriter.FullVerb}";
        var script = $"mount -t tmpfs -o size=8m,mode=0700 cadre-test '{_directory.Root}' && {test} '{_directory.Root}'";
        // A mount namespace of its own, for root and (with a user namespace) for everybody else.
        string[] unshare = Environment.UserName == "root" ? ["-m", "sh", "-c", script] : ["-Urm", "sh", "-c", script];
        using var process = Process.Start(new ProcessStartInfo("unshare", unshare) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        Assert.True(output.EndsWith(FullDisk.Passed + "\n"), output + await errors);
    }

    private ValueTask<JsonlJournal> OpenAsync() => JsonlJournal.OpenAsync(_directory.Root, null, TimeProvider.System, Cancellation);
}
