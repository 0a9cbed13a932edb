using Cadre.Storage.Documents;
using Cadre.Storage.Durable;
using Cadre.Storage.Sqlite;
using Cadre.Testing;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Sqlite;

public sealed class A_store_file : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Has_one_process_and_names_it_to_the_second()
    {
        await using var store = await OpenAsync("state");
        var refused = await Assert.ThrowsAsync<StateLockedException>(async () => await OpenAsync("state"));
        Assert.Equal(Environment.ProcessId, refused.Holder);
        await store.DisposeAsync();
        await using var next = await OpenAsync("state");
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.GetAsync(Scope.Everything, "a", "b", Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.Journal.AppendAsync(NewRun(), 0, Saying(1), Cancellation));
    }

    [Fact]
    public async Task Is_for_its_owner_alone_and_whole_by_itself_when_it_was_closed()
    {
        var store = await OpenAsync("state");
        await store.Journal.AppendAsync(NewRun(), 0, Saying(1), Cancellation);
        Assert.All(Directory.GetFiles(_directory["state"]), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        await store.DisposeAsync();
        Assert.Equal(["cadre.db", "cadre.db.lock"], Directory.GetFiles(_directory["state"]).Select(Path.GetFileName).Order());
        await using var again = await OpenAsync("state");
        Assert.Equal(StoreCheck.NotNeeded, again.Check);
    }

    [Fact]
    public async Task Is_checked_after_an_unclean_stop()
    {
        var run = NewRun();
        await using var store = await OpenAsync("state");
        await store.Journal.AppendAsync(run, 0, Saying(3), Cancellation);
        CopyAsACrashLeavesIt("crashed");
        await using (var crashed = await OpenAsync("crashed"))
        {
            Assert.Equal(StoreCheck.Whole, crashed.Check);
            Assert.Equal(3, await crashed.Journal.ReadAsync(run, 0, Cancellation).CountAsync(Cancellation));
        }

        CopyAsACrashLeavesIt("hurried");
        await using var hurried = await OpenAsync("hurried", new() { CheckTime = TimeSpan.FromTicks(-1) });
        Assert.Contains(hurried.Check, new[] { StoreCheck.Whole, StoreCheck.Unfinished });
    }

    [Fact]
    public async Task That_is_damaged_is_refused_with_its_name_and_what_to_do()
    {
        await using (var store = await OpenAsync("state"))
        {
            for (var i = 0; i < 200; i++) await store.Journal.AppendAsync(NewRun(), 0, Saying(20), Cancellation);
        }

        await using (var store = await OpenAsync("state"))
        {
            await store.Journal.AppendAsync(NewRun(), 0, Saying(1), Cancellation);
            CopyAsACrashLeavesIt("damaged");
        }

        using (var file = File.OpenWrite(_directory["damaged/cadre.db"]))
        {
            for (var page = 15; page < 60; page++)
            {
                file.Position = page * 4096 + 8;
                file.Write(new byte[400]);
            }
        }

        var damaged = await Assert.ThrowsAsync<StoreDamagedException>(async () => await OpenAsync("damaged"));
        Assert.Equal(_directory["damaged/cadre.db"], damaged.File);
        Assert.Contains(damaged.File, damaged.Message);
        Assert.Contains("backup", damaged.Message);
        Assert.NotEmpty(damaged.Findings);
        var again = await Assert.ThrowsAsync<StoreDamagedException>(async () => await OpenAsync("damaged"));
        Assert.Equal(damaged.Findings, again.Findings);
    }

    [Fact]
    public async Task That_is_no_database_is_refused()
    {
        _directory.Write("state/cadre.db", string.Concat(Enumerable.Repeat("This is not a database.\n", 400)));
        await Assert.ThrowsAsync<StoreDamagedException>(async () => await OpenAsync("state"));
    }

    [Fact]
    public async Task That_a_newer_program_wrote_is_refused()
    {
        await (await OpenAsync("state")).DisposeAsync();
        using (var connection = Connection.OpenWriter(_directory["state/cadre.db"])) connection.Execute("PRAGMA user_version = 99");
        var refused = await Assert.ThrowsAsync<StoreTooNewException>(async () => await OpenAsync("state"));
        Assert.Equal(99, refused.Version);
        Assert.Contains("newer", refused.Message);
    }

    [Fact]
    public async Task Has_a_log_that_is_emptied_into_it_as_it_grows()
    {
        await using var store = await OpenAsync("state", new() { CheckpointPages = 16 });
        var run = NewRun();
        for (var i = 0; i < 400; i++) await store.Journal.AppendAsync(run, i, [Said(new string('x', 4000))], Cancellation);
        Assert.InRange(new FileInfo(_directory["state/cadre.db-wal"]).Length, 1, 64 * 4200);
        Assert.InRange(new FileInfo(_directory["state/cadre.db"]).Length, 300 * 4000, long.MaxValue);
    }

    [Fact]
    public async Task Is_backed_up_while_it_is_written_to()
    {
        await using var store = await OpenAsync("state");
        var run = NewRun();
        await store.Journal.AppendAsync(run, 0, Saying(500), Cancellation);
        await store.CommitAsync([new Change.Create(new("agent", "a", new("o", "u"), "{}"u8.ToArray()))], Cancellation);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var version = 500; !stop.IsCancellationRequested; version += 2) await store.Journal.AppendAsync(run, version, Saying(2), Cancellation);
        });
        Directory.CreateDirectory(_directory["copy"]);
        await store.BackUpAsync(_directory["copy/cadre.db"], Cancellation);
        await stop.CancelAsync();
        await writing;
        Assert.Equal(["cadre.db"], Directory.GetFiles(_directory["copy"]).Select(Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["copy/cadre.db"]));
        var taken = await Assert.ThrowsAsync<StoreFailedException>(async () => await store.BackUpAsync(_directory["copy/cadre.db"], Cancellation));
        Assert.Contains("exists", taken.Message);
        await Assert.ThrowsAsync<StoreFailedException>(async () => await store.BackUpAsync(_directory["nowhere/cadre.db"], Cancellation));

        await using var copy = await OpenAsync("copy");
        var count = await copy.Journal.ReadAsync(run, 0, Cancellation).CountAsync(Cancellation);
        Assert.True(count >= 500 && count % 2 == 0);
        Assert.NotNull(await copy.GetAsync(new("o"), "agent", "a", Cancellation));
        Assert.True((await copy.Journal.AppendAsync(run, count, Saying(1), Cancellation)).Won);
    }

    [Fact]
    public async Task Is_backed_up_by_another_than_its_server()
    {
        var run = NewRun();
        await using (var store = await OpenAsync("state"))
        {
            await store.Journal.AppendAsync(run, 0, Saying(3), Cancellation);
            await SqliteBackup.MakeAsync(_directory["state/cadre.db"], _directory["beside.db"], Cancellation);
            CopyAsACrashLeavesIt("crashed");
        }

        await SqliteBackup.MakeAsync(_directory["state/cadre.db"], _directory["closed.db"], Cancellation);
        await SqliteBackup.MakeAsync(_directory["crashed/cadre.db"], _directory["dead.db"], Cancellation);
        foreach (var copy in new[] { "beside", "closed", "dead" })
        {
            Directory.CreateDirectory(_directory[copy]);
            File.Move(_directory[copy + ".db"], _directory[copy + "/cadre.db"]);
            await using var restored = await OpenAsync(copy);
            Assert.Equal(3, await restored.Journal.ReadAsync(run, 0, Cancellation).CountAsync(Cancellation));
        }

        // Copying it has not made an unclean stop look like a clean one, nor the other way round.
        await using var crashed = await OpenAsync("crashed");
        Assert.Equal(StoreCheck.Whole, crashed.Check);
        await using var closed = await OpenAsync("state");
        Assert.Equal(StoreCheck.NotNeeded, closed.Check);
        await Assert.ThrowsAsync<StoreFailedException>(async () => await SqliteBackup.MakeAsync(_directory["none.db"], _directory["x.db"], Cancellation));
    }

    private ValueTask<SqliteStore> OpenAsync(string name, SqliteOptions? options = null) => SqliteStore.OpenAsync(_directory[name], options, TimeProvider.System, Cancellation);

    private void CopyAsACrashLeavesIt(string name)
    {
        Directory.CreateDirectory(_directory[name]);
        foreach (var file in new[] { "cadre.db", "cadre.db-wal" }) File.Copy(_directory["state/" + file], _directory[$"{name}/{file}"]);
    }
}
