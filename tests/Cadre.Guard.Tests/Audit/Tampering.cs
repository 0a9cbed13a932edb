using Cadre.Guard.Audit;
using Cadre.Storage.Durable;

namespace Cadre.Guard.Tests.Audit;

public sealed class Tampering : AuditFixture
{
    [Fact]
    public async Task A_change_of_any_byte_is_found_where_it_is()
    {
        await WriteAsync(4);
        var path = Files[0];
        var whole = await File.ReadAllBytesAsync(path, Cancellation);
        var start = Nth(whole, 1);
        for (var at = start; at < Nth(whole, 2); at++)
        {
            var changed = whole.ToArray();
            changed[at] ^= 1;
            await File.WriteAllBytesAsync(path, changed, Cancellation);
            var report = await VerifyAsync();
            Assert.False(report.IsIntact);
            Assert.Equal((1L, 1L, 2L, Path.GetFileName(path)), (report.Entries, report.Problem!.Entry!.Value, report.Problem.Line!.Value, report.Problem.File));
        }
    }

    [Fact]
    public async Task A_changed_value_is_called_a_change()
    {
        await WriteAsync(4);
        await EditAsync(lines => [lines[0], lines[1], lines[2].Replace("entry 2", "entry 7"), lines[3]]);
        Assert.Equal((AuditProblemKind.Changed, 2L, 3L), await WhatAsync());
    }

    [Fact]
    public async Task A_deleted_entry_is_missed()
    {
        await WriteAsync(5);
        await EditAsync(lines => [lines[0], lines[1], lines[4]]);
        Assert.Equal((AuditProblemKind.Deleted, 2L, 3L), await WhatAsync());
        Assert.Contains("2 entries", (await ProblemAsync()).Why);
    }

    [Fact]
    public async Task A_deleted_first_entry_is_missed()
    {
        await WriteAsync(3);
        await EditAsync(lines => lines[1..]);
        Assert.Equal((AuditProblemKind.Deleted, 0L, 1L), await WhatAsync());
    }

    [Fact]
    public async Task Entries_in_another_order_are_found()
    {
        await WriteAsync(5);
        await EditAsync(lines => [lines[0], lines[2], lines[1], lines[3], lines[4]]);
        Assert.Equal((AuditProblemKind.Reordered, 1L, 2L), await WhatAsync());
    }

    [Theory]
    [InlineData("copy"), InlineData("forged"), InlineData("garbage")]
    public async Task An_inserted_line_is_found(string what)
    {
        await WriteAsync(4);
        await EditAsync(lines => [lines[0], lines[1], what switch { "copy" => lines[1], "forged" => lines[2].Replace("entry 2", "entry 9"), _ => "hello" }, lines[2], lines[3]]);
        Assert.Equal((AuditProblemKind.Inserted, 2L, 3L), await WhatAsync());
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(3)]
    public async Task A_log_that_was_cut_after_an_entry_is_found_and_not_continued(int kept)
    {
        await WriteAsync(4);
        await EditAsync(lines => lines[..kept]);
        Assert.Equal((AuditProblemKind.Truncated, (long)kept, (long)kept), await WhatAsync());
        await RefusedAsync();
    }

    [Fact]
    public async Task A_log_that_was_cut_inside_an_entry_is_found_and_not_continued()
    {
        await WriteAsync(4);
        var bytes = await File.ReadAllBytesAsync(Files[0], Cancellation);
        await File.WriteAllBytesAsync(Files[0], bytes[..^20], Cancellation);
        var report = await VerifyAsync();
        Assert.Equal((AuditProblemKind.Truncated, 3L), (report.Problem!.Kind, report.Problem.Entry!.Value));
        await RefusedAsync();
    }

    [Fact]
    public async Task A_removed_file_is_found_and_a_removed_last_one_is_not_replaced()
    {
        var options = new AuditOptions { FileBytes = 1000 };
        await WriteAsync(20, options);
        var middle = await File.ReadAllBytesAsync(Files[2], Cancellation);
        var path = Files[2];
        File.Delete(path);
        Assert.Equal(AuditProblemKind.Deleted, (await ProblemAsync()).Kind);
        await File.WriteAllBytesAsync(path, middle, Cancellation);
        Assert.True((await VerifyAsync()).IsIntact);
        File.Delete(Files[^1]);
        Assert.Equal(AuditProblemKind.Truncated, (await ProblemAsync()).Kind);
        await RefusedAsync();
    }

    [Fact]
    public async Task All_gone_but_the_head_is_found()
    {
        await WriteAsync(4);
        Directory.Delete(Path.Combine(State, "audit"), recursive: true);
        Assert.Equal(AuditProblemKind.Truncated, (await ProblemAsync()).Kind);
        await RefusedAsync();
    }

    [Fact]
    public async Task Another_key_is_called_by_its_name()
    {
        await WriteAsync(4);
        var other = Path.Combine(State, "other.key");
        await File.WriteAllTextAsync(other, new string('a', 64), Cancellation);
        File.SetUnixFileMode(other, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(AuditProblemKind.WrongKey, (await ProblemAsync(other)).Kind);
        await Assert.ThrowsAsync<AuditDamagedException>(async () => await OpenAsync(new() { KeyFile = other }));
        File.Delete(Head);
        Assert.Equal(AuditProblemKind.WrongKey, (await ProblemAsync(other)).Kind);
    }

    [Fact]
    public async Task A_missing_head_and_a_changed_one_are_found()
    {
        await WriteAsync(4);
        var head = await File.ReadAllTextAsync(Head, Cancellation);
        File.Delete(Head);
        Assert.Equal(AuditProblemKind.HeadMissing, (await ProblemAsync()).Kind);
        await RefusedAsync();
        foreach (var changed in (string[])[head.Replace("\"count\":4", "\"count\":3"), "{}", "", "null", "{\"head\":null,\"mac\":\"\"}", new string('[', 5000), head + "x"])
        {
            await File.WriteAllTextAsync(Head, changed, Cancellation);
            Assert.Equal(AuditProblemKind.HeadChanged, (await ProblemAsync()).Kind);
            await RefusedAsync();
        }
    }

    [Fact]
    public async Task No_garbage_makes_the_verifier_throw()
    {
        await WriteAsync(2);
        var random = new Random(7);
        var whole = await File.ReadAllBytesAsync(Files[0], Cancellation);
        for (var round = 0; round < 200; round++)
        {
            var bytes = whole.ToArray();
            random.NextBytes(bytes.AsSpan(random.Next(bytes.Length)));
            if (round % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
            await File.WriteAllBytesAsync(Files[0], bytes, Cancellation);
            Assert.False((await VerifyAsync()).IsIntact);
            await ReadAsync();
        }

        await File.WriteAllBytesAsync(Files[0], new byte[AuditLimits.LineBytes * 3], Cancellation);
        Assert.False((await VerifyAsync()).IsIntact);
    }

    private static int Nth(byte[] bytes, int line)
    {
        var at = 0;
        for (; line > 0; line--) at = Array.IndexOf(bytes, (byte)'\n', at) + 1;
        return at;
    }

    private async Task EditAsync(Func<string[], string[]> edit)
    {
        var lines = edit(await File.ReadAllLinesAsync(Files[0], Cancellation));
        await File.WriteAllTextAsync(Files[0], string.Concat(lines.Select(line => line + "\n")), Cancellation);
    }

    private async Task<(AuditProblemKind Kind, long Entry, long Line)> WhatAsync()
    {
        var problem = await ProblemAsync();
        return (problem.Kind, problem.Entry!.Value, problem.Line!.Value);
    }

    private async Task RefusedAsync()
    {
        var before = Files.ToDictionary(file => file, File.ReadAllText);
        await Assert.ThrowsAsync<AuditDamagedException>(async () => await OpenAsync());
        Assert.Equal(before, Files.ToDictionary(file => file, File.ReadAllText));
    }
}
