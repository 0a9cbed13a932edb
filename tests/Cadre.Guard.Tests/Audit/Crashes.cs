using Cadre.Guard.Audit;

namespace Cadre.Guard.Tests.Audit;

/// <summary>The state directory as a crash leaves it: entries beyond the head, and a half-written end.</summary>
public sealed class Crashes : AuditFixture
{
    [Fact]
    public async Task A_head_that_is_behind_verifies_and_is_caught_up_with()
    {
        await LeaveHeadBehindAsync();
        var report = await VerifyAsync();
        Assert.Equal((true, 5L, 2L), (report.IsIntact, report.Entries, report.Anchored));
        await WriteAsync(1);
        report = await VerifyAsync();
        Assert.Equal((true, 6L, 6L), (report.IsIntact, report.Entries, report.Anchored));
    }

    [Fact]
    public async Task Every_torn_end_beyond_the_head_is_cut_and_told_of()
    {
        await LeaveHeadBehindAsync();
        var path = Files[0];
        var whole = await File.ReadAllBytesAsync(path, Cancellation);
        var head = await File.ReadAllBytesAsync(Head, Cancellation);
        var start = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (var length = start + 1; length < whole.Length; length += 9)
        {
            byte[] zeros = length % 2 == 0 ? new byte[100] : [];
            await File.WriteAllBytesAsync(path, [.. whole[..length], .. zeros], Cancellation);
            await File.WriteAllBytesAsync(Head, head, Cancellation);
            var report = await VerifyAsync();
            Assert.Equal((true, true, 4L), (report.IsIntact, report.HasTornEnd, report.Entries));
            await WriteAsync(1);
            report = await VerifyAsync();
            Assert.Equal((true, false, 6L), (report.IsIntact, report.HasTornEnd, report.Entries));
            var repair = (await ReadAsync())[4].Entry!;
            Assert.Equal((AuditLog.Repair, $"{start}", $"{length - start + zeros.Length}"), (repair.Kind, repair.Details["position"], repair.Details["bytes_cut"]));
        }
    }

    [Fact]
    public async Task A_changed_entry_beyond_the_head_is_not_taken_for_a_torn_one()
    {
        await LeaveHeadBehindAsync();
        var text = await File.ReadAllTextAsync(Files[0], Cancellation);
        await File.WriteAllTextAsync(Files[0], text.Replace("late 1", "late 9"), Cancellation);
        Assert.Equal((AuditProblemKind.Changed, 3L), ((await ProblemAsync()).Kind, (await ProblemAsync()).Entry!.Value));
        await Assert.ThrowsAsync<AuditDamagedException>(async () => await OpenAsync());
    }

    [Fact]
    public async Task A_file_begun_after_the_head_is_followed()
    {
        await LeaveHeadBehindAsync(new() { FileBytes = 400 });
        Assert.True(Files.Length > 2);
        Assert.Equal((true, 5L), ((await VerifyAsync()).IsIntact, (await VerifyAsync()).Entries));
        await WriteAsync(1);
        Assert.Equal((true, 6L), ((await VerifyAsync()).IsIntact, (await VerifyAsync()).Entries));
    }

    [Fact]
    public async Task Before_the_first_entry_leaves_a_log_that_can_be_begun()
    {
        await WriteAsync(0);
        Assert.Equal((true, 0L), ((await VerifyAsync()).IsIntact, (await VerifyAsync()).Entries));
        await WriteAsync(1);
        Assert.Equal((true, 1L), ((await VerifyAsync()).IsIntact, (await VerifyAsync()).Entries));
    }

    /// <summary>Two entries that the head knows of, three that it does not.</summary>
    private async Task LeaveHeadBehindAsync(AuditOptions? options = null)
    {
        await WriteAsync(2, options);
        var head = await File.ReadAllBytesAsync(Head, Cancellation);
        await using (var log = await OpenAsync(options))
        {
            for (var i = 0; i < 3; i++) await log.WriteAsync(Entry($"late {i}"), Cancellation);
        }

        await File.WriteAllBytesAsync(Head, head, Cancellation);
    }
}
