using System.Text;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Documents;

/// <summary>What every store promises. A store's tests derive from it.</summary>
public abstract class StoreContract : IAsyncLifetime
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

    protected static Document Of(string kind, string id, Owner owner, string body = "{}") => new(kind, id, owner, Encoding.UTF8.GetBytes(body));

    protected static string? Body(Document? document) => document is null ? null : Encoding.UTF8.GetString(document.Body.Span);

    protected ValueTask<Committed> CommitAsync(params Change[] changes) => Store.CommitAsync(changes, Cancellation);

    protected async Task MadeAsync(params Change[] changes) => Assert.Null((await CommitAsync(changes)).Refused);

    protected async Task RefusedAsync(params Change[] changes) => Assert.Equal(changes.Length - 1, (await CommitAsync(changes)).Refused);

    protected static RunEvent Started(Owner owner, string? thread = null, string? face = null) =>
        new RunEvent.Started(new RunDefinition(new AgentSpec("a", "m", "", []), owner) { Thread = thread, Face = face }, []);

    protected static RunEvent Ended() => new RunEvent.Ended(new RunOutcome(RunStatus.Completed, "done"));
}
