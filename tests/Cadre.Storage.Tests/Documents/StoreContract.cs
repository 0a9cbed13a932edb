using System.Text;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Documents;

/// <summary>What every store promises. A store's tests derive from it.</summary>
public abstract partial class StoreContract : IAsyncLifetime
{
    protected static readonly Owner Anna = new("acme", "anna");
    protected static readonly Owner Ben = new("acme", "ben");
    protected static readonly Owner Carl = new("other", "carl");
    protected static readonly Scope Acme = new("acme");

    protected IStore Store { get; private set; } = null!;

    /// <summary>An empty store, opened.</summary>
    protected abstract ValueTask<IStore> CreateAsync();

    /// <summary>Closes the store and opens it again.</summary>
    protected abstract ValueTask<IStore> ReopenAsync();

    /// <summary>Closes the store and removes it.</summary>
    protected abstract ValueTask DestroyAsync();

    public async ValueTask InitializeAsync() => Store = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await DestroyAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_document_comes_back_as_it_was()
    {
        var at = new DateTimeOffset(2026, 11, 21, 9, 0, 0, 123, TimeSpan.FromHours(2)).AddTicks(7);
        var document = Of("thread", "t\01", Anna, """{"title":"häll😀o"}""") with { Key = "k", Parent = "p", CreatedAt = at, ExpiresAt = at.AddDays(1) };
        await MadeAsync(new Change.Create(document));
        for (var life = 0; life < 2; life++)
        {
            var found = await Store.GetAsync(Acme, "thread", "t\01", Cancellation);
            Assert.NotNull(found);
            Assert.Equal(document with { Body = default, Position = found.Position, Version = 1 }, found with { Body = default });
            Assert.Equal(document.Body.ToArray(), found.Body.ToArray());
            Assert.Equal("t\01", (await Store.FindAsync(Acme, "thread", "k", Cancellation))?.Id);
            Assert.Null(await Store.GetAsync(Acme, "thread", "t", Cancellation));
            Store = await ReopenAsync();
        }
    }

    [Fact]
    public async Task A_change_that_is_refused_takes_all_with_it()
    {
        var run = NewRun();
        await MadeAsync(new Change.Create(Of("agent", "old", Anna)));
        var committed = await CommitAsync(
            new Change.Create(Of("agent", "new", Anna)),
            new Change.Put(Of("agent", "old", Anna, "{\"a\":1}")),
            new Change.Append(run, 0, Saying(2)),
            new Change.Delete(Acme, "agent", "old"),
            new Change.Create(Of("agent", "new", Anna)),
            new Change.Create(Of("agent", "never", Anna)));
        Assert.Equal(4, committed.Refused);
        Assert.Equal("{}", Body(await Store.GetAsync(Acme, "agent", "old", Cancellation)));
        Assert.Null(await Store.GetAsync(Acme, "agent", "new", Cancellation));
        Assert.Empty(await Store.Journal.ReadAsync(run, 0, Cancellation).ToListAsync(Cancellation));
        Assert.True((await Store.Journal.AppendAsync(run, 0, Saying(1), Cancellation)).Won);
    }

    /// <summary>Each refusal stands behind a change that would be made, in a commit of few parts and in one of many.</summary>
    [Theory]
    [InlineData(0), InlineData(20)]
    public async Task A_refusal_is_the_same_wherever_it_stands(int others)
    {
        var run = NewRun();
        await MadeAsync(
            new Change.Create(Of("agent", "mine", Anna)),
            new Change.Create(Of("agent", "keyed", Anna) with { Key = "k" }),
            new Change.Create(Of("agent", "theirs", Carl)),
            new Change.Create(Of("item", "older", Anna) with { Parent = "t" }),
            new Change.Create(Of("item", "newer", Anna) with { Parent = "t" }),
            new Change.Append(run, 0, [Started(Anna, "t")]));
        Change[] refused =
        [
            new Change.Create(Of("agent", "mine", Anna)),
            new Change.Create(Of("agent", "theirs", Anna)),
            new Change.Create(Of("agent", "another", Anna) with { Key = "k" }),
            new Change.Replace(Of("agent", "mine", Anna), 7),
            new Change.Replace(Of("agent", "none", Anna)),
            new Change.Replace(Of("agent", "theirs", Anna)),
            new Change.Put(Of("agent", "theirs", Anna)),
            new Change.Put(Of("agent", "mine", Anna) with { Key = "k" }),
            new Change.Append(run, 0, Saying(1)),
            new Change.Append(NewRun(), 0, [Started(Ben, "t")]),
            new Change.RequireIdle("t"),
            new Change.RequireNewest(Acme, "item", "t", null),
            new Change.RequireNewest(Acme, "item", "t", "older"),
            new Change.Forget(run),
        ];
        var free = Enumerable.Range(0, others).Select(Change (i) => new Change.Create(Of("free", $"{i}", Anna))).ToArray();
        foreach (var change in refused)
        {
            await RefusedAsync([.. free, new Change.Put(Of("agent", "new", Anna)), change]);
            await RefusedAsync([new Change.Replace(Of("agent", "mine", Anna)), .. free, change]);
            Assert.Equal(1, (await Store.GetAsync(Acme, "agent", "mine", Cancellation))?.Version);
            Assert.Equal(["theirs", "keyed", "mine"], await IdsAsync(Scope.Everything, new("agent")));
            Assert.Empty(await IdsAsync(Scope.Everything, new("free")));
        }

        // A part that makes good, or spoils, what a later one asks for.
        await MadeAsync(new Change.Append(run, 1, [Ended()]), new Change.RequireIdle("t"), new Change.Append(NewRun(), 0, [Started(Ben, "t"), Ended()]), new Change.RequireIdle("t"));
        await MadeAsync(new Change.Create(Of("agent", "b", Anna)), new Change.Replace(Of("agent", "b", Anna), 1), new Change.Delete(Acme, "agent", "b"), new Change.Create(Of("agent", "b", Ben)));
        await RefusedAsync(new Change.Put(Of("agent", "c", Anna)), new Change.Put(Of("agent", "c", Ben)));
    }

    [Fact]
    public async Task The_newest_in_a_parent_can_be_required()
    {
        Change Create(string id, Owner owner, string kind = "item") => new Change.Create(Of(kind, id, owner) with { Parent = "t" });
        Change Newest(string? id) => new Change.RequireNewest(Acme, "item", "t", id);
        await MadeAsync(Newest(null), Create("a", Anna));
        await MadeAsync(Newest("a"), Create("b", Ben));
        await RefusedAsync(Newest("a"));
        await RefusedAsync(Create("note", Anna, "note"), Newest("a"));
        await MadeAsync(Create("theirs", Carl), Create("note", Anna, "note"), new Change.Create(Of("item", "elsewhere", Anna) with { Parent = "u" }));
        await MadeAsync(Newest("b"), new Change.RequireNewest(new("acme", "anna"), "item", "t", "a"), new Change.RequireNewest(Scope.Everything, "item", "t", "theirs"));
        await MadeAsync(new Change.Put(Of("item", "a", Anna) with { Parent = "t" }), Newest("b"));
        await MadeAsync(Create("c", Anna), Newest("c"), new Change.Delete(Acme, "item", "c"), Newest("b"));
        await RefusedAsync(Create("d", Anna), Newest("b"));
        await RefusedAsync(new Change.Delete(Acme, "item", "b"), Newest("b"));
        await MadeAsync(new Change.Delete(Acme, "item", "b"), new Change.Delete(Acme, "item", "a"), Newest(null));
    }

    [Fact]
    public async Task A_document_is_created_once()
    {
        await MadeAsync(new Change.Create(Of("agent", "a", Anna) with { Key = "k" }));
        await RefusedAsync(new Change.Create(Of("agent", "a", Anna)));
        await RefusedAsync(new Change.Create(Of("agent", "a", Carl)));
        await RefusedAsync(new Change.Create(Of("agent", "b", Ben) with { Key = "k" }));
        await MadeAsync(new Change.Create(Of("agent", "b", Carl) with { Key = "k" }), new Change.Create(Of("file", "a", Anna) with { Key = "k" }));
        await MadeAsync(new Change.Create(Of("agent", "c", Anna)), new Change.Create(Of("agent", "d", Anna)));
    }

    [Fact]
    public async Task A_document_is_replaced_at_the_version_it_was_read_at()
    {
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await MadeAsync(new Change.Create(Of("agent", "a", Anna, """{"n":1}""") with { Key = "k", Parent = "p", CreatedAt = at }));
        await RefusedAsync(new Change.Replace(Of("agent", "none", Anna)));
        await RefusedAsync(new Change.Replace(Of("agent", "a", Anna), 2));
        await MadeAsync(new Change.Replace(Of("agent", "a", Anna, """{"n":2}""") with { Key = "l", ExpiresAt = at.AddDays(1) }, 1));
        await RefusedAsync(new Change.Replace(Of("agent", "a", Anna, """{"n":3}"""), 1));
        var found = await Store.FindAsync(Acme, "agent", "l", Cancellation);
        Assert.NotNull(found);
        Assert.Equal(("""{"n":2}""", 2L, "p", at, at.AddDays(1)), (Body(found), found.Version, found.Parent, found.CreatedAt, found.ExpiresAt));
        Assert.Null(await Store.FindAsync(Acme, "agent", "k", Cancellation));
        await MadeAsync(new Change.Create(Of("agent", "b", Anna) with { Key = "k" }));
        await RefusedAsync(new Change.Replace(found with { Key = "k" }));
        await RefusedAsync(new Change.Put(found with { Key = "k" }));
        await MadeAsync(new Change.Put(found with { Key = null }), new Change.Put(Of("agent", "c", Anna)));
        Assert.Equal(3, (await Store.GetAsync(Acme, "agent", "a", Cancellation))?.Version);
        Assert.Equal(1, (await Store.GetAsync(Acme, "agent", "c", Cancellation))?.Version);
    }

    [Fact]
    public async Task Another_organisations_document_is_not_there()
    {
        await MadeAsync(new Change.Create(Of("agent", "a", Anna, """{"n":1}""") with { Key = "k" }), new Change.Create(Of("item", "i", Anna) with { Parent = "a" }));
        var other = new Scope("other");
        Assert.Null(await Store.GetAsync(other, "agent", "a", Cancellation));
        Assert.Null(await Store.FindAsync(other, "agent", "k", Cancellation));
        Assert.Empty((await ListAsync(other, new("agent")))!.Items);
        Assert.Empty((await ListAsync(other, new("item") { Parent = "a" }))!.Items);
        Assert.Null(await ListAsync(other, new("agent") { After = "a" }));
        Assert.Null(await ListAsync(other, new("agent") { Before = "a" }));
        await RefusedAsync(new Change.Replace(Of("agent", "a", Carl, "{}")));
        await RefusedAsync(new Change.Put(Of("agent", "a", Carl, "{}")));
        await MadeAsync(new Change.Delete(other, "agent", "a"), new Change.Delete(other, "item", "i"));
        Assert.Equal("""{"n":1}""", Body(await Store.GetAsync(Acme, "agent", "a", Cancellation)));
        Assert.NotNull(await Store.GetAsync(Scope.Everything, "item", "i", Cancellation));
    }

    [Fact]
    public async Task Another_users_document_is_not_there_in_a_users_scope()
    {
        await MadeAsync(new Change.Create(Of("agent", "a", Anna) with { Key = "k" }), new Change.Create(Of("agent", "b", Ben)));
        var ben = new Scope("acme", "ben");
        Assert.Null(await Store.GetAsync(ben, "agent", "a", Cancellation));
        Assert.Null(await Store.FindAsync(ben, "agent", "k", Cancellation));
        Assert.Equal(["b"], await IdsAsync(ben, new("agent")));
        Assert.Null(await ListAsync(ben, new("agent") { After = "a" }));
        await RefusedAsync(new Change.Replace(Of("agent", "a", Ben)));
        await RefusedAsync(new Change.Put(Of("agent", "a", Ben)));
        await MadeAsync(new Change.Delete(ben, "agent", "a"));
        Assert.Equal(["b", "a"], await IdsAsync(Acme, new("agent")));
        Assert.Equal(["b"], await IdsAsync(Scope.Everything with { User = "ben" }, new("agent")));
        await MadeAsync(new Change.Delete(new("acme", "anna"), "agent", "a"));
        Assert.Equal(["b"], await IdsAsync(Scope.Everything, new("agent")));
    }

    [Fact]
    public async Task Deleting_takes_what_lies_in_it_and_nothing_of_others()
    {
        await MadeAsync(
            new Change.Create(Of("thread", "t", Anna)),
            new Change.Create(Of("item", "i", Anna) with { Parent = "t" }),
            new Change.Create(Of("part", "p", Ben) with { Parent = "i" }),
            new Change.Create(Of("item", "theirs", Carl) with { Parent = "t" }),
            new Change.Create(Of("item", "elsewhere", Anna) with { Parent = "u" }),
            new Change.Create(Of("item", "free", Anna)));
        await MadeAsync(new Change.Delete(Acme, "thread", "t"), new Change.Delete(Acme, "thread", "t"));
        Assert.Null(await Store.GetAsync(Scope.Everything, "thread", "t", Cancellation));
        Assert.Equal(["free", "elsewhere", "theirs"], await IdsAsync(Scope.Everything, new("item")));
        Assert.Empty(await IdsAsync(Scope.Everything, new("part")));
    }

    protected async ValueTask<DocumentPage?> ListAsync(Scope scope, DocumentQuery query) => await Store.ListAsync(scope, query, Cancellation);

    protected async Task<List<string>> IdsAsync(Scope scope, DocumentQuery query) => [.. (await ListAsync(scope, query))!.Items.Select(document => document.Id)];

    protected static Document Of(string kind, string id, Owner owner, string body = "{}") => new(kind, id, owner, Encoding.UTF8.GetBytes(body));

    protected static string? Body(Document? document) => document is null ? null : Encoding.UTF8.GetString(document.Body.Span);

    protected ValueTask<Committed> CommitAsync(params Change[] changes) => Store.CommitAsync(changes, Cancellation);

    protected async Task MadeAsync(params Change[] changes) => Assert.Null((await CommitAsync(changes)).Refused);

    protected async Task RefusedAsync(params Change[] changes) => Assert.Equal(changes.Length - 1, (await CommitAsync(changes)).Refused);

    protected static RunEvent Started(Owner owner, string? thread = null, string? face = null) =>
        new RunEvent.Started(new RunDefinition(new AgentSpec("a", "m", "", []), owner) { Thread = thread, Face = face }, []);

    protected static RunEvent Ended() => new RunEvent.Ended(new RunOutcome(RunStatus.Completed, "done"));
}
