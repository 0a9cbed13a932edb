using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Responses.Items;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Responses.Conversations;

/// <summary>The items of conversations, whichever face they came from.</summary>
internal sealed class ConversationItemRoutes(ServerContext context)
{
    public const int MaxNewItems = 20;

    private readonly ShownItems _shown = new(context);

    public async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var thread = await ConversationRoutes.LoadAsync(context, http);
        var body = await RequestBody.ReadAsync(http);
        if (body.Any("items") is null) throw ApiException.Missing("items");
        var items = await ConversationRoutes.NewItemsAsync(body, "items", caller, context.Time.GetUtcNow(), context, http.RequestAborted);
        items = await AnsweringAsync(caller, thread.Id, items, http.RequestAborted);
        var committed = await context.Store.CommitAsync(
            [new Change.RequireIdle(thread.Id), .. items.Select(item => new Change.Create(ThreadStore.Document(item, thread.Id, caller.Owner)))], http.RequestAborted);
        if (!committed.Won) throw ResponseErrors.Locked();
        await Respond.WriteAsync(http, json => ItemList.Write(json, [.. items.Select(item => ShownItems.Of(item, null, Include.None))], hasMore: false));
    }

    public async Task ListAsync(HttpContext http)
    {
        var thread = await ConversationRoutes.LoadAsync(context, http);
        var (items, hasMore) = await _shown.ListAsync(Caller.Of(http).Scope, thread.Id, ListQuery.Read(http), IncludeOf(http), http.RequestAborted);
        await Respond.WriteAsync(http, json => ItemList.Write(json, items, hasMore));
    }

    public async Task GetAsync(HttpContext http)
    {
        var (_, item) = await LoadAsync(http);
        var shown = await _shown.FindAsync(Caller.Of(http).Scope, item.Thread, item.Item, IncludeOf(http), http.RequestAborted);
        await Respond.WriteAsync(http, json => ItemWriter.Write(json, shown ?? throw ResponseErrors.NoItem(http.GetRouteValue("item_id") as string)));
    }

    public async Task DeleteAsync(HttpContext http)
    {
        var (thread, item) = await LoadAsync(http);
        var scope = Caller.Of(http).Scope;
        var changes = new List<Change> { new Change.RequireIdle(thread.Id), new Change.Delete(scope, ThreadStore.ItemKind, item.Item.Id) };
        // What a tool of this server gave is shown in its call, and goes with it.
        if (item.Item.Body is ItemBody.Called && !ShownItems.IsCallers(item.Item) && ShownItems.PartnerOf(item.Item) is { } result)
            changes.Add(new Change.Delete(scope, ThreadStore.ItemKind, result));
        if (!(await context.Store.CommitAsync(changes, http.RequestAborted)).Won) throw ResponseErrors.Locked();
        await Respond.WriteAsync(http, json => ConversationRoutes.Write(json, thread));
    }

    public static Include IncludeOf(HttpContext http) =>
        http.Request.Query["include"].Concat(http.Request.Query["include[]"]).Aggregate(Include.None, (all, word) => all | ResponseRequest.IncludeOf(word));

    private async ValueTask<(ConversationThread Thread, (string Thread, ThreadItem Item) Item)> LoadAsync(HttpContext http)
    {
        var thread = await ConversationRoutes.LoadAsync(context, http);
        var wireId = http.GetRouteValue("item_id") as string ?? "";
        var item = ItemIds.Read(wireId) is { } id ? await context.Threads.GetItemAsync(Caller.Of(http).Scope, thread.Id, id, http.RequestAborted) : null;
        return item is null ? throw ResponseErrors.NoItem(wireId) : (thread, (thread.Id, item));
    }

    /// <summary>Outputs are of the run that made the call.</summary>
    private async ValueTask<System.Collections.Immutable.ImmutableArray<ThreadItem>> AnsweringAsync(
        Caller caller, string thread, System.Collections.Immutable.ImmutableArray<ThreadItem> items, CancellationToken cancellationToken)
    {
        if (!items.Any(item => item.Body is ItemBody.Returned)) return items;
        var calls = new Dictionary<string, string?>(StringComparer.Ordinal);
        await foreach (var item in context.Threads.ReadAsync(caller.Scope, thread, cancellationToken))
        {
            if (item.Body is ItemBody.Called called) calls[called.CallId] = item.Run;
        }

        return [.. items.Select(item => item.Body is ItemBody.Returned returned && calls.TryGetValue(returned.CallId, out var run) ? item with { Run = run } : item)];
    }
}
