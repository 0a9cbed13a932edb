using Cadre.Engine.Ports;
using Cadre.Guard.Audit;
using Cadre.Storage.Durable;

namespace Cadre.Guard.Tests.Audit;

public sealed class AuditLogTests : AuditFixture
{
    [Fact]
    public async Task What_was_written_verifies_and_is_listed()
    {
        await WriteAsync(5);
        await WriteAsync(3);
        var report = await VerifyAsync();
        Assert.Equal((true, 8L, 8L, 1), (report.IsIntact, report.Entries, report.Anchored, report.Files));
        var records = await ReadAsync();
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], records.Select(record => record.Number!.Value));
        Assert.Equal(("read_file", "entry 4", Run, "c1", "model:m"), (records[4].Entry!.Details["tool"], records[4].Entry!.Details["text"], records[4].Entry!.Run!.Value, records[4].Entry!.CallId, records[4].Entry!.Actor));
        Assert.Equal(Time.GetUtcNow(), records[4].Entry!.At);
    }

    [Fact]
    public async Task A_directory_without_a_log_verifies_as_empty() => Assert.Equal(new AuditReport(0, 0, null, false, null), await VerifyAsync());

    [Fact]
    public async Task What_a_process_that_died_left_beside_the_head_is_removed()
    {
        await File.WriteAllTextAsync($"{Head}.4711.tmp", "half a he", Cancellation);
        await WriteAsync(1);
        Assert.Equal([Head, Path.Combine(State, "audit.key"), Path.Combine(State, "audit.lock")], Directory.GetFiles(State).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Many_writers_share_the_chain()
    {
        await using (var log = await OpenAsync(new() { WaitingEntries = 4, HeadEntries = 7 }))
        {
            await Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Run(async () =>
            {
                for (var i = 0; i < 20; i++) await log.WriteAsync(Entry($"{writer}/{i}"), Cancellation);
            })));
            Assert.Equal(640, (await VerifyAsync()).Entries);
        }

        Assert.Equal((true, 640L), ((await VerifyAsync()).IsIntact, (await VerifyAsync()).Entries));
    }

    [Fact]
    public async Task Entries_are_filtered()
    {
        await using (var log = await OpenAsync())
        {
            await log.WriteAsync(Entry("a"), Cancellation);
            await log.WriteAsync(Entry("b") with { Run = Run.Child("step") }, Cancellation);
            Time.Advance(TimeSpan.FromHours(1));
            await log.WriteAsync(Entry("c") with { Run = null, Kind = AuditKinds.PolicyReload, Actor = "user:1", CallId = null }, Cancellation);
        }

        async Task<string> TextsAsync(AuditQuery query) => string.Concat((await ReadAsync(query)).Select(record => record.Entry!.Details["text"]));
        Assert.Equal("ab", await TextsAsync(new() { Run = Run }));
        Assert.Equal("c", await TextsAsync(new() { Kinds = [AuditKinds.PolicyReload] }));
        Assert.Equal("c", await TextsAsync(new() { Actor = "user:1" }));
        Assert.Equal("c", await TextsAsync(new() { From = Time.GetUtcNow() }));
        Assert.Equal("ab", await TextsAsync(new() { To = Time.GetUtcNow() }));
    }

    [Fact]
    public async Task Files_change_with_size_and_day_and_the_chain_goes_on()
    {
        var options = new AuditOptions { FileBytes = 2000 };
        await WriteAsync(20, options);
        var before = Files.Length;
        Assert.True(before > 2);
        Time.Advance(TimeSpan.FromDays(1));
        await WriteAsync(1, options);
        Assert.Equal(before + 1, Files.Length);
        Assert.EndsWith("2026-11-22.jsonl", Files[^1]);
        var report = await VerifyAsync();
        Assert.Equal((true, 21L, before + 1), (report.IsIntact, report.Entries, report.Files));
    }

    [Fact]
    public async Task No_value_can_forge_a_line_or_move_a_cursor()
    {
        string[] hostile = ["\n{\"seq\":0}", "\r\n\u001b[2J", "\u2028\u202e\u0085\u007f\0", "\"},\"mac\":\"00", "\ud800", "häll😀<script>"];
        await using (var log = await OpenAsync())
        {
            foreach (var text in hostile) await log.WriteAsync(Entry(text) with { Actor = text, CallId = text, Kind = text }, Cancellation);
        }

        var lines = await File.ReadAllBytesAsync(Files[0], Cancellation);
        Assert.All(lines, character => Assert.True(character is >= 0x20 and < 0x7f or (byte)'\n'));
        Assert.Equal(hostile.Length, lines.Count(character => character == (byte)'\n'));
        Assert.True((await VerifyAsync()).IsIntact);
        Assert.Equal(hostile.Select(text => text.Replace("\ud800", "\ufffd")), (await ReadAsync()).Select(record => record.Entry!.Details["text"]));
    }

    [Fact]
    public async Task Values_are_bounded()
    {
        await using (var log = await OpenAsync())
        {
            var details = Enumerable.Range(0, 1000).ToDictionary(i => $"{i:D4}" + new string('k', 10_000), _ => new string('\0', 100_000));
            await log.WriteAsync(Entry("x") with { Details = details, Actor = new string('a', 100_000) }, Cancellation);
        }

        var entry = Assert.Single(await ReadAsync()).Entry!;
        Assert.Equal($"{1000 - AuditLimits.Details}", entry.Details["details_cut"]);
        Assert.Equal(AuditLimits.Details + 1, entry.Details.Count);
        Assert.All(entry.Details.Where(detail => detail.Key != "details_cut"), detail => Assert.Equal((AuditLimits.NameLength, AuditLimits.ValueLength), (detail.Key.Length, detail.Value.Length)));
        Assert.EndsWith(AuditLimits.CutMark, entry.Actor);
        Assert.True(new FileInfo(Files[0]).Length <= AuditLimits.LineBytes);
        Assert.True((await VerifyAsync()).IsIntact);
    }

    [Fact]
    public async Task Key_and_files_are_for_their_owner_alone_and_a_readable_key_is_refused()
    {
        await WriteAsync(1);
        var key = Path.Combine(State, "audit.key");
        foreach (var file in (string[])[key, Head, Files[0]]) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await Assert.ThrowsAsync<AuditDamagedException>(async () => await OpenAsync());
        Assert.Equal(AuditProblemKind.KeyUnusable, (await ProblemAsync()).Kind);
    }

    [Fact]
    public async Task The_key_may_be_elsewhere_and_is_nowhere_in_the_state()
    {
        using var elsewhere = new Testing.TemporaryDirectory();
        var key = elsewhere["keys/audit"];
        await WriteAsync(2, new() { KeyFile = key });
        var secret = (await File.ReadAllTextAsync(key, Cancellation)).Trim();
        Assert.Equal(64, secret.Length);
        foreach (var file in Directory.GetFiles(State, "*", SearchOption.AllDirectories)) Assert.DoesNotContain(secret, await File.ReadAllTextAsync(file, Cancellation));
        Assert.True((await VerifyAsync(key)).IsIntact);
        Assert.Equal(AuditProblemKind.KeyUnusable, (await ProblemAsync()).Kind);
    }

    [Fact]
    public async Task The_head_follows_in_time_and_by_entries()
    {
        await using var log = await OpenAsync(new() { HeadEntries = 10, HeadDelay = TimeSpan.FromSeconds(1) });
        await log.WriteAsync(Entry("a"), Cancellation);
        Assert.Equal(0, (await VerifyAsync()).Anchored);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await VerifyAsync()).Anchored);
        for (var i = 0; i < 10; i++) await log.WriteAsync(Entry("b"), Cancellation);
        Assert.Equal(11, (await VerifyAsync()).Anchored);
    }

    [Fact]
    public async Task One_process_writes_it_at_a_time()
    {
        await using var log = await OpenAsync();
        Assert.Equal(Environment.ProcessId, (await Assert.ThrowsAsync<StateLockedException>(async () => await OpenAsync())).Holder);
    }

    [Fact]
    public async Task After_a_failed_write_nothing_is_acknowledged_and_a_new_opening_goes_on()
    {
        var disk = new BrokenDisk();
        await using (var log = await OpenAsync(new() { Disk = disk }))
        {
            await log.WriteAsync(Entry("a"), Cancellation);
            disk.IsBroken = true;
            var failure = await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.WriteAsync(Entry("b"), Cancellation));
            Assert.Contains("No space left", failure.Message);
            disk.IsBroken = false;
            await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.WriteAsync(Entry("c"), Cancellation));
        }

        await WriteAsync(1);
        var records = await ReadAsync();
        Assert.Equal(["a", "entry 0"], records.Where(record => record.Entry!.Kind != AuditLog.Repair).Select(record => record.Entry!.Details["text"]));
        Assert.True((await VerifyAsync()).IsIntact);
    }
}
