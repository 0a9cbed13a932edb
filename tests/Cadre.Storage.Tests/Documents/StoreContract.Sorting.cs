using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Documents;

public abstract partial class StoreContract
{
    private static readonly Scope OfAnna = new("acme", "anna");

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_sorted_listing_is_whole_and_in_order_whatever_comes_and_goes_between_its_pages(bool descending)
    {
        var random = new Random(4711);
        string?[] values = ["a", "b", "B", "ä", "😀", "\uFFFD", "", "a\"\\\n", "ab", null];
        var kept = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < 60; i++) await AddAsync($"d{random.Next():x8}");
        for (var round = 0; round < 6; round++)
        {
            var query = new DocumentQuery("note") { TopLevel = true, SortBy = "rank", Descending = descending, Limit = random.Next(1, 12) };
            var before = kept.ToDictionary();
            List<(string? Value, string Id)> seen = [];
            for (SortedPlace? place = new(null, ""); place is not null;)
            {
                var page = (await ListAsync(OfAnna, query with { Beyond = seen.Count == 0 ? null : place }))!;
                foreach (var item in page.Items) seen.Add((Rank(item), item.Id));
                Assert.True(page.Items.Count == query.Limit || !page.HasMore);
                place = page.HasMore ? new(seen[^1].Value, seen[^1].Id) : null;

                // The one that the page ended with goes away, another comes.
                if (place is null || random.Next(2) == 0) continue;
                await MadeAsync(new Change.Delete(OfAnna, "note", place.Id));
                kept.Remove(place.Id);
                await AddAsync($"n{random.Next():x8}");
            }

            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Equal(Sorted(seen, descending), seen);
            foreach (var (id, value) in before.Where(pair => kept.ContainsKey(pair.Key))) Assert.Contains((value, id), seen);
        }

        async Task AddAsync(string id)
        {
            var value = values[random.Next(values.Length)];
            var body = value is null ? (random.Next(2) == 0 ? """{"other":"x"}""" : """{"rank":7}""") : $$"""{"other":{"rank":"no"},"rank":"{{JsonEncodedText.Encode(value)}}"}""";
            await MadeAsync(new Change.Create(Of("note", id, Anna, body)), new Change.Create(Of("note", id + "b", Ben, body)), new Change.Create(Of("note", id + "c", Carl, body)));
            kept[id] = value;
        }

        static string? Rank(Document document) =>
            JsonElement.Parse(document.Body.Span) is var body && body.TryGetProperty("rank", out var rank) && rank.ValueKind == JsonValueKind.String ? rank.GetString() : null;
    }

    [Fact]
    public async Task A_sorted_listing_goes_on_from_a_place_where_nothing_is()
    {
        foreach (var id in "abcde") await MadeAsync(new Change.Create(Of("note", $"{id}", Anna, id == 'c' ? "{}" : $$"""{"rank":"{{id}}"}""")));
        var query = new DocumentQuery("note") { SortBy = "rank", Descending = false };
        Assert.Equal(["a", "b", "d", "e", "c"], await IdsAsync(Acme, query));
        Assert.Equal(["d", "e", "c"], await IdsAsync(Acme, query with { Beyond = new("b", "zzz") }));
        Assert.Equal(["b", "d", "e", "c"], await IdsAsync(Acme, query with { Beyond = new("b", "") }));
        Assert.Equal(["c"], await IdsAsync(Acme, query with { Beyond = new(null, "b") }));
        Assert.Empty(await IdsAsync(Acme, query with { Beyond = new(null, "c") }));
        Assert.Equal(["e", "d", "b", "a", "c"], await IdsAsync(Acme, query with { Descending = true }));
        Assert.Equal(["a", "c"], await IdsAsync(Acme, query with { Descending = true, Beyond = new("b", "b") }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await ListAsync(Acme, query with { After = "a" }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await ListAsync(Acme, new("note") { Beyond = new(null, "a") }));
    }

    [Fact]
    public async Task A_listing_finds_by_conditions_on_members()
    {
        string[] bodies =
        [
            """{"status":"open","due":"2026-01-02","tags":["a","b"],"text":"buy milk"}""",
            """{"status":"done","due":"2026-01-03","tags":["b"],"text":"bu\u0079 \"bread\""}""",
            """{"st\u0061tus":"open","tags":[["a"],{"a":"a"},"\u0061"],"text":"ÄRGER"}""",
            """{"status":["open"],"due":5,"tags":"a","text":["milk"]}""",
            """{"inner":{"status":"open","due":"2026-01-02"},"status":null}""",
            """["open"]""",
        ];
        for (var i = 0; i < bodies.Length; i++) await MadeAsync(new Change.Create(Of("note", $"{i}", Anna, bodies[i])));
        Assert.Equal("0 2 3", await FoundAsync(new MemberCondition.AnyOf("status", ["open"])));
        Assert.Equal("0 1 2 3", await FoundAsync(new MemberCondition.AnyOf("status", ["open", "done"])));
        Assert.Equal("", await FoundAsync(new MemberCondition.AnyOf("status", [])));
        Assert.Equal("0 2 3", await FoundAsync(new MemberCondition.AnyOf("tags", ["a"])));
        Assert.Equal("0", await FoundAsync(new MemberCondition.AnyOf("tags", ["a"]), new MemberCondition.AnyOf("tags", ["b"])));
        Assert.Equal("0", await FoundAsync(new MemberCondition.Contains("text", "milk")));
        Assert.Equal("0 1", await FoundAsync(new MemberCondition.Contains("text", "buy ")));
        Assert.Equal("1", await FoundAsync(new MemberCondition.Contains("text", "\"br")));
        Assert.Equal("2", await FoundAsync(new MemberCondition.Contains("text", "Ä")));
        Assert.Equal("", await FoundAsync(new MemberCondition.Contains("text", "%")));
        Assert.Equal("0 1 2", await FoundAsync(new MemberCondition.Contains("text", "")));
        Assert.Equal("0", await FoundAsync(new MemberCondition.Within("due", "2026-01-02", "2026-01-03")));
        Assert.Equal("0 1", await FoundAsync(new MemberCondition.Within("due", "2026-01-02", null)));
        Assert.Equal("0", await FoundAsync(new MemberCondition.Within("due", null, "2026-01-03")));
        Assert.Equal("0 1", await FoundAsync(new MemberCondition.Within("due", null, null)));
        Assert.Equal("", await FoundAsync(new MemberCondition.AnyOf("' OR 1=1 --", ["open"])));

        // In the order of creation as well as sorted, with the old conditions, from page to page.
        var open = new DocumentQuery("note") { Conditions = [new MemberCondition.AnyOf("status", ["open"])], Descending = false, Limit = 2 };
        var page = (await ListAsync(Acme, open))!;
        Assert.True(page.HasMore);
        Assert.Equal(["0", "2"], page.Items.Select(item => item.Id));
        Assert.Equal(["3"], await IdsAsync(Acme, open with { After = "2" }));
        Assert.Equal(["0", "2"], await IdsAsync(Acme, open with { Before = "3" }));
        Assert.Equal(["0"], await IdsAsync(Acme, open with { Where = new Dictionary<string, string> { ["text"] = "buy milk" } }));
        Assert.Equal(["0"], await IdsAsync(Acme, open with { Where = new Dictionary<string, string> { ["text"] = "buy milk" }, SortBy = "due" }));

        async Task<string> FoundAsync(params MemberCondition[] conditions)
        {
            var query = new DocumentQuery("note") { Conditions = conditions, Descending = false };
            var found = string.Join(' ', await IdsAsync(Acme, query));
            Assert.Equal(found.Split(' ', StringSplitOptions.RemoveEmptyEntries), (await IdsAsync(Acme, query with { SortBy = "none" })).Order());
            Assert.Equal(found.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, (await Store.CountAsync(Acme, query, null, Cancellation))[""]);
            return found;
        }
    }

    [Fact]
    public async Task Documents_are_counted_by_a_member_in_the_scope_alone()
    {
        foreach (var (i, (owner, body)) in new[] { (Anna, """{"s":"x"}"""), (Anna, """{"s":"x"}"""), (Anna, """{"s":"y"}"""), (Anna, """{"s":1}"""), (Ben, """{"s":"x"}"""), (Carl, """{"s":"x"}""") }.Index())
            await MadeAsync(new Change.Create(Of("note", $"{i}", owner, body) with { Parent = i == 1 ? "p" : null }));
        Assert.Equal("=1 x=2 y=1", await CountAsync(OfAnna, new("note"), "s"));
        Assert.Equal("=1 x=1 y=1", await CountAsync(OfAnna, new("note") { TopLevel = true, Limit = 1 }, "s"));
        Assert.Equal("x=1", await CountAsync(OfAnna, new("note") { Parent = "p" }, "s"));
        Assert.Equal("=1 x=3 y=1", await CountAsync(Acme, new("note"), "s"));
        Assert.Equal("=6", await CountAsync(Scope.Everything, new("note"), null));
        Assert.Equal("=3", await CountAsync(OfAnna, new("note") { TopLevel = true }, null));
        Assert.Equal("=0", await CountAsync(OfAnna, new("other"), null));
        Assert.Equal("", await CountAsync(OfAnna, new("other"), "s"));

        async Task<string> CountAsync(Scope scope, DocumentQuery query, string? member) =>
            string.Join(' ', (await Store.CountAsync(scope, query, member, Cancellation)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public async Task A_listing_of_what_lies_in_no_other_leaves_out_what_does()
    {
        await MadeAsync(new Change.Create(Of("note", "a", Anna)), new Change.Create(Of("note", "b", Anna) with { Parent = "a" }), new Change.Create(Of("note", "c", Anna)), new Change.Create(Of("note", "d", Ben)));
        Assert.Equal(["c", "a"], await IdsAsync(OfAnna, new("note") { TopLevel = true }));
        Assert.Equal(["c", "b", "a"], await IdsAsync(OfAnna, new("note")));
        Assert.Equal(["d", "c", "a"], await IdsAsync(Acme, new("note") { TopLevel = true }));
        Assert.Equal(["a"], await IdsAsync(OfAnna, new("note") { TopLevel = true, After = "c" }));
    }

    [Fact]
    public async Task A_deletion_of_a_version_is_refused_where_there_is_another_or_none()
    {
        await MadeAsync(new Change.Create(Of("note", "a", Anna)), new Change.Create(Of("note", "in a", Anna) with { Parent = "a" }));
        await MadeAsync(new Change.Replace(Of("note", "a", Anna)));
        foreach (var (scope, id, version) in new[] { (OfAnna, "a", 1L), (OfAnna, "a", 3), (OfAnna, "none", 1), (new("acme", "ben"), "a", 2), (new("other"), "a", 2) })
        {
            var committed = await Store.CommitAsync([new Change.Create(Of("note", "with it", Anna)), new Change.Delete(scope, "note", id, version)], Cancellation);
            Assert.Equal(1, committed.Refused);
        }

        Assert.Equal(["in a", "a"], await IdsAsync(OfAnna, new("note")));
        Assert.True((await Store.CommitAsync([new Change.Delete(OfAnna, "note", "a", 2)], Cancellation)).Won);
        Assert.Empty(await IdsAsync(OfAnna, new("note")));
        Assert.Equal(0, (await Store.CommitAsync([new Change.Delete(OfAnna, "note", "a", 2)], Cancellation)).Refused);
    }

    private static List<(string? Value, string Id)> Sorted(List<(string? Value, string Id)> seen, bool descending)
    {
        var sorted = seen.ToList();
        sorted.Sort((a, b) =>
        {
            if (a.Value is null != b.Value is null) return a.Value is null ? 1 : -1;
            var order = a.Value is null ? 0 : Bytes(a.Value).SequenceCompareTo(Bytes(b.Value!));
            if (order == 0) order = Bytes(a.Id).SequenceCompareTo(Bytes(b.Id));
            return descending ? -order : order;
        });
        return sorted;

        static ReadOnlySpan<byte> Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
    }
}
