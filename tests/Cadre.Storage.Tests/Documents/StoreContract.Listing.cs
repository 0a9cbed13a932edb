using Cadre.Storage.Documents;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Documents;

public abstract partial class StoreContract
{
    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_listing_is_paged_both_ways(bool descending)
    {
        var all = Enumerable.Range(0, 10).Select(i => $"d{i}").ToList();
        foreach (var id in all) await MadeAsync(new Change.Create(Of("file", id, Anna)), new Change.Create(Of("file", id + "x", Carl)), new Change.Create(Of("other", id, Anna)));
        if (descending) all.Reverse();
        var query = new DocumentQuery("file") { Limit = 4, Descending = descending };
        List<(string Ids, bool HasMore)> forwards = [], backwards = [];
        for (var next = query; next is not null;)
        {
            var page = (await ListAsync(Acme, next))!;
            forwards.Add((string.Join(' ', page.Items.Select(item => item.Id)), page.HasMore));
            next = page.HasMore ? query with { After = page.Items[^1].Id } : null;
        }

        Assert.Equal([(string.Join(' ', all[..4]), true), (string.Join(' ', all[4..8]), true), (string.Join(' ', all[8..]), false)], forwards);
        for (var next = query with { Before = all[9] }; next is not null;)
        {
            var page = (await ListAsync(Acme, next))!;
            backwards.Add((string.Join(' ', page.Items.Select(item => item.Id)), page.HasMore));
            next = page.HasMore ? query with { Before = page.Items[0].Id } : null;
        }

        Assert.Equal([(string.Join(' ', all[5..9]), true), (string.Join(' ', all[1..5]), true), (all[0], false)], backwards);
        Assert.Equal(all[3..5], await IdsAsync(Acme, query with { After = all[2], Before = all[5] }));
        Assert.Empty(await IdsAsync(Acme, query with { After = all[9] }));
        Assert.Empty(await IdsAsync(Acme, query with { Before = all[0] }));
        Assert.Null(await ListAsync(Acme, query with { After = "none" }));
        Assert.Null(await ListAsync(Acme, query with { Before = all[0] + "x" }));
    }

    [Fact]
    public async Task A_listing_keeps_to_its_parent()
    {
        await MadeAsync(
            new Change.Create(Of("item", "a", Anna) with { Parent = "t" }),
            new Change.Create(Of("item", "b", Anna) with { Parent = "u" }),
            new Change.Create(Of("item", "c", Anna) with { Parent = "t" }),
            new Change.Create(Of("note", "d", Anna) with { Parent = "t" }));
        Assert.Equal(["a", "c"], await IdsAsync(Acme, new("item") { Parent = "t", Descending = false }));
        Assert.Equal(["c", "b", "a"], await IdsAsync(Acme, new("item")));
        Assert.Null(await ListAsync(Acme, new("item") { Parent = "t", After = "b" }));
        Assert.Equal(["b", "a"], await IdsAsync(Acme, new("item") { After = "c" }));
    }

    [Fact]
    public async Task A_listing_finds_by_members_of_the_body()
    {
        string[] bodies =
        [
            """{"metadata":{"project":"x"},"status":"done"}""",
            """{"status":"done","metadata":{"a":[1,{"project":"x"}],"project":"y"}}""",
            """{"metadata":{"pro\u006aect":"\u0078"},"status":"open"}""",
            """{"metadata":{"project":5},"status":{"a":"done"},"project":"x"}""",
            """{"metadata":{"a.b":"dots","q\"":"quote"}}""",
            """{"metadata.project":"x"}""",
            """[]""",
        ];
        for (var i = 0; i < bodies.Length; i++) await MadeAsync(new Change.Create(Of("file", $"{i}", Anna, bodies[i])));
        Assert.Equal(["0", "2", "5"], await WhereAsync(("metadata.project", "x")));
        Assert.Equal(["0"], await WhereAsync(("metadata.project", "x"), ("status", "done")));
        Assert.Equal(["0", "1"], await WhereAsync(("status", "done")));
        Assert.Equal(["4"], await WhereAsync(("metadata.a.b", "dots")));
        Assert.Equal(["4"], await WhereAsync(("metadata.q\"", "quote")));
        Assert.Empty(await WhereAsync(("metadata.project", "5")));
        Assert.Empty(await WhereAsync(("metadata", "x")));
        Assert.Empty(await WhereAsync(("' OR 1=1 --", "x")));
        Assert.Empty(await WhereAsync(("", "")));
        var page = (await ListAsync(Acme, new("file") { Limit = 2, Where = new Dictionary<string, string> { ["metadata.project"] = "x" } }))!;
        Assert.Equal(["5", "2"], page.Items.Select(item => item.Id));
        Assert.True(page.HasMore);
        async Task<List<string>> WhereAsync(params (string Path, string Value)[] conditions) =>
            await IdsAsync(Acme, new("file") { Descending = false, Where = conditions.ToDictionary(condition => condition.Path, condition => condition.Value) });
    }

    [Fact]
    public async Task The_sweep_removes_what_is_overdue_the_longest_overdue_first()
    {
        var now = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        await MadeAsync(
            new Change.Create(Of("file", "later", Anna) with { ExpiresAt = now.AddTicks(1) }),
            new Change.Create(Of("file", "b", Carl) with { ExpiresAt = now.AddDays(-1) }),
            new Change.Create(Of("file", "a", Anna) with { ExpiresAt = now.AddDays(-2) }),
            new Change.Create(Of("file", "never", Anna)),
            new Change.Create(Of("file", "put off", Anna) with { ExpiresAt = now.AddDays(-3) }),
            new Change.Create(Of("chunk", "in a", Anna) with { Parent = "a" }));
        await MadeAsync(new Change.Replace(Of("file", "put off", Anna) with { ExpiresAt = now.AddDays(3) }));
        Assert.Equal(["a"], (await Store.SweepAsync(now, 1, Cancellation)).Select(document => document.Id));
        Assert.Empty(await IdsAsync(Acme, new("chunk")));
        Assert.Equal(["b"], (await Store.SweepAsync(now, 10, Cancellation)).Select(document => document.Id));
        Assert.Empty(await Store.SweepAsync(now, 10, Cancellation));
        Assert.Equal(["put off", "never", "later"], await IdsAsync(Scope.Everything, new("file")));
    }
}
