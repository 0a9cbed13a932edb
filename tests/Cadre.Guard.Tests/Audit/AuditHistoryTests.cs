using Cadre.Engine.Ports;
using Cadre.Guard.Audit;

namespace Cadre.Guard.Tests.Audit;

public sealed class The_audits_history : AuditFixture
{
    private AuditHistory History => new(State);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Is_read_newest_first_over_rotated_files_in_pages_that_miss_nothing(int limit)
    {
        await WriteAsync(60, new() { FileBytes = 1_500 });
        Assert.True(Files.Length > 3);
        Assert.Equal(Enumerable.Range(0, 60).Reverse().Select(number => (long)number), (await AllAsync(new(), limit)).Select(item => item.Number));
    }

    [Fact]
    public async Task Leaves_out_the_line_that_is_being_written_and_shows_it_when_it_is_whole()
    {
        await WriteAsync(3);
        var whole = await File.ReadAllBytesAsync(Files[0], Cancellation);
        await File.WriteAllBytesAsync(Files[0], whole[..^10], Cancellation);
        Assert.Equal([1, 0], (await AllAsync(new(), 10)).Select(item => item.Number));
        await File.WriteAllBytesAsync(Files[0], whole, Cancellation);
        Assert.Equal([2, 1, 0], (await AllAsync(new(), 10)).Select(item => item.Number));
    }

    [Fact]
    public async Task Is_read_while_it_is_written()
    {
        await using var log = await OpenAsync(new() { FileBytes = 4_000 });
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++) await log.WriteAsync(Entry($"entry {i}"), Cancellation);
        }, Cancellation);
        var most = 0;
        do
        {
            var seen = await AllAsync(new(), 50);
            Assert.Equal(Enumerable.Range(0, seen.Count).Reverse().Select(number => (long)number), seen.Select(item => item.Number));
            Assert.True(seen.Count >= most);
            most = seen.Count;
        }
        while (!writing.IsCompleted);
        await writing;
        Assert.Equal(500, (await AllAsync(new(), 50)).Count);
    }

    [Fact]
    public async Task Shows_lines_that_are_longer_than_a_block()
    {
        await using (var log = await OpenAsync())
        {
            var details = Enumerable.Range(0, 60).ToDictionary(i => $"d{i}", _ => new string('ä', 4_000));
            for (var i = 0; i < 3; i++) await log.WriteAsync(new(Time.GetUtcNow(), AuditKinds.Network, "system", null, null, details), Cancellation);
            await log.WriteAsync(Entry("short"), Cancellation);
        }

        var items = await AllAsync(new(), 2);
        Assert.Equal([3, 2, 1, 0], items.Select(item => item.Number));
        Assert.All(items.Skip(1), item => Assert.Equal(new string('ä', 4_000), item.Entry.Details["d59"]));
    }

    [Fact]
    public async Task Is_filtered_by_every_fact_in_any_combination()
    {
        await using (var log = await OpenAsync(new() { FileBytes = 2_000 }))
        {
            for (var i = 0; i < 64; i++)
            {
                await log.WriteAsync(new(Time.GetUtcNow(), i % 2 == 0 ? AuditKinds.ToolCall : AuditKinds.Approval, $"user:u\"{i % 3}", i % 4 == 0 ? Run.Child("step") : null, $"c{i % 5}", new Dictionary<string, string>
                {
                    ["organisation"] = $"o{i % 2}",
                    ["user"] = $"ü{i % 7}",
                    ["tool"] = $"tool_{i % 3}",
                    ["outcome"] = i % 4 == 1 ? "Done" : "Denied",
                    ["number"] = $"N{i}n",
                }), Cancellation);
                if (i % 16 == 15) Time.Advance(TimeSpan.FromHours(30));
            }
        }

        var everything = await AllAsync(new(), 100);
        var middle = everything[32].Entry.At;
        AuditQuery[] queries =
        [
            new() { Organisation = "o1" }, new() { Kinds = [AuditKinds.Approval] }, new() { Kinds = [AuditKinds.Approval, AuditKinds.ToolCall] }, new() { Actor = "user:u\"2" },
            new() { User = "ü3" }, new() { User = "u\"1" }, new() { Run = Run }, new() { CallId = "c4" }, new() { Tool = "tool_1" }, new() { Outcome = "done" }, new() { Text = "n33N" }, new() { From = middle },
            new() { To = middle }, new() { Organisation = "o0", Tool = "tool_2", From = middle }, new() { Organisation = "nobody" },
        ];
        foreach (var query in queries)
        {
            var expected = everything.Where(item => query.Admits(item.Entry)).Select(item => item.Number).ToList();
            Assert.Equal(query.Organisation != "nobody", expected.Count is > 0 and < 64 || query.Kinds.Count == 2);
            Assert.Equal(expected, (await AllAsync(query, 3)).Select(item => item.Number));
        }
    }

    [Fact]
    public async Task Belongs_to_those_whose_thing_was_asked_for()
    {
        await using (var log = await OpenAsync())
            await log.WriteAsync(Entry("x") with { Details = new Dictionary<string, string> { ["organisation"] = "other", ["owner_organisation"] = "acme" } }, Cancellation);
        Assert.Single(await AllAsync(new() { Organisation = "acme" }, 5));
        Assert.Empty(await AllAsync(new() { Organisation = "other" }, 5));
    }

    [Fact]
    public async Task Knows_no_place_that_is_none()
    {
        await WriteAsync(5);
        var second = (await History.ReadAsync(new(), null, 1, Cancellation))!.Next!.Value;
        Assert.NotNull(await History.ReadAsync(new(), second, 1, Cancellation));
        Assert.Null(await History.ReadAsync(new(), second with { Offset = second.Offset + 1 }, 1, Cancellation));
        Assert.Null(await History.ReadAsync(new(), second with { Offset = 1 << 30 }, 1, Cancellation));
        Assert.Null(await History.ReadAsync(new(), second with { FirstEntry = 77 }, 1, Cancellation));
        Assert.Equal(second, AuditPlace.TryParse(second.ToString()));
        Assert.All(["", "-", "1", "1-", "-1", "g-1", "1-2-3", "0--1", "ffffffffffffffff-0", new string('1', 60)], text => Assert.Null(AuditPlace.TryParse(text)));
    }

    [Fact]
    public async Task Tells_what_the_verifier_found()
    {
        Assert.Equal((0L, null, null), await RangeAsync());
        await WriteAsync(5);
        Assert.Equal((5L, Time.GetUtcNow(), Time.GetUtcNow()), await RangeAsync());
        await File.WriteAllTextAsync(Files[0], (await File.ReadAllTextAsync(Files[0], Cancellation)).Replace("entry 3", "entry 4", StringComparison.Ordinal), Cancellation);
        var finding = Assert.Single((await History.VerifyAsync(Cancellation)).Findings);
        Assert.Equal(("changed", 3L, 4L), (finding.Kind, finding.Entry!.Value, finding.Line!.Value));
    }

    private async Task<(long, DateTimeOffset?, DateTimeOffset?)> RangeAsync()
    {
        var found = await History.VerifyAsync(Cancellation);
        Assert.Empty(found.Findings);
        return (found.Entries, found.From, found.To);
    }

    private async Task<List<AuditItem>> AllAsync(AuditQuery query, int limit)
    {
        var items = new List<AuditItem>();
        AuditPlace? place = null;
        do
        {
            var page = await History.ReadAsync(query, place, limit, Cancellation);
            Assert.NotNull(page);
            Assert.True(page.Items.Count <= limit);
            items.AddRange(page.Items);
            place = page.Next;
        }
        while (place is not null);
        return items;
    }
}
