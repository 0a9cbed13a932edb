using System.Collections.Immutable;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Cadre.Wire.Assistants;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants;

/// <summary>/v1/threads/{thread}/messages</summary>
internal sealed class MessageOperations(ServerContext context, ThreadOperations threads)
{
    private const int Tries = 16;

    public async Task CreateAsync(HttpContext http)
    {
        var thread = AssistantIds.OfThread(http);
        var caller = Caller.Of(http);
        var item = MessageForm.Read(await RequestBody.ReadAsync(http), context.Time.GetUtcNow());
        var found = await threads.FindAsync(caller.Scope, thread, http.RequestAborted);
        await threads.TakeFilesAsync(caller, found, [item], http.RequestAborted);
        await AddAsync(thread, [new Change.RequireIdle(thread), new Change.Create(ThreadStore.Document(item, thread, caller.Owner))], http.RequestAborted);
        await RespondAsync(http, item, thread);
    }

    public async Task ListAsync(HttpContext http)
    {
        var thread = AssistantIds.OfThread(http);
        var scope = Caller.Of(http).Scope;
        var page = ListQuery.Read(http);
        var query = Listing.Query(ThreadStore.ItemKind, page, AssistantIds.Message, AssistantIds.NoMessage) with { Parent = thread, Where = Conditions(http) };
        await threads.FindAsync(scope, thread, http.RequestAborted);
        var (items, hasMore) = await ReadAsync(scope, query, http.RequestAborted);
        var list = Listing.Page([.. items.Select(item => MessageRendering.Render(item, thread))], message => message.Id, hasMore);
        await Respond.JsonAsync(http, list, AssistantsJson.Default.MessageList);
    }

    public async Task GetAsync(HttpContext http)
    {
        var (thread, message) = (AssistantIds.OfThread(http), AssistantIds.OfMessage(http));
        await RespondAsync(http, await FindAsync(Caller.Of(http).Scope, thread, message, http.RequestAborted), thread);
    }

    public async Task ModifyAsync(HttpContext http)
    {
        var (thread, message) = (AssistantIds.OfThread(http), AssistantIds.OfMessage(http));
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        await FindAsync(caller.Scope, thread, message, http.RequestAborted);
        var changed = await context.Store.UpdateAsync(caller.Scope, ThreadStore.ItemKind, message, document => Changed(document).Body, http.RequestAborted) ?? throw Missing(message);
        await RespondAsync(http, ThreadStore.ReadItem(changed), thread);

        Document Changed(Document document)
        {
            var item = ThreadStore.ReadItem(document);
            return ThreadStore.Document(item with { Metadata = body.Has("metadata") ? body.Metadata()?.ToImmutableDictionary(StringComparer.Ordinal) : item.Metadata }, thread, document.Owner);
        }
    }

    public async Task DeleteAsync(HttpContext http)
    {
        var (thread, message) = (AssistantIds.OfThread(http), AssistantIds.OfMessage(http));
        var scope = Caller.Of(http).Scope;
        await FindAsync(scope, thread, message, http.RequestAborted);
        await context.Store.CommitAsync([new Change.Delete(scope, ThreadStore.ItemKind, message)], http.RequestAborted);
        await Respond.JsonAsync(http, new DeletedObject(AssistantIds.Message + message, "thread.message.deleted"), AssistantsJson.Default.DeletedObject);
    }

    /// <summary>The changes, the first of which requires an idle thread; or the refusal that names the thread's active run.</summary>
    private async ValueTask AddAsync(string thread, Change[] changes, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if ((await context.Store.CommitAsync(changes, cancellationToken)).Won) return;
            if (await context.Runs.ActiveAsync(thread, cancellationToken) is { } active)
                throw ApiException.BadRequest($"Can't add messages to {AssistantIds.Thread}{thread} while a run {AssistantIds.Run}{active.Run} is active.");
        }

        throw ApiException.Conflict($"Runs of {AssistantIds.Thread}{thread} begin and end all the time; try again.");
    }

    /// <summary>As many messages as the query asks for, however many other items lie between them.</summary>
    private async ValueTask<(List<ThreadItem> Items, bool HasMore)> ReadAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken)
    {
        var (limit, backwards) = (query.Limit, query.Before is not null && query.After is null);
        var found = new List<ThreadItem>(limit);
        query = query with { Limit = limit + 1 };
        while (true)
        {
            var (items, hasMore) = await context.Threads.ListAsync(scope, query, cancellationToken) ?? throw Missing(query.After ?? query.Before!);
            for (var i = 0; i < items.Count; i++)
            {
                var item = items[backwards ? items.Count - 1 - i : i];
                if (!MessageRendering.IsMessage(item)) continue;
                if (found.Count == limit) return Finish(more: true);
                found.Add(item);
            }

            if (!hasMore) return Finish(more: false);
            query = backwards ? query with { Before = items[0].Id } : query with { After = items[^1].Id };
        }

        (List<ThreadItem>, bool) Finish(bool more)
        {
            if (backwards) found.Reverse();
            return (found, more);
        }
    }

    private static Dictionary<string, string> Conditions(HttpContext http)
    {
        var conditions = new Dictionary<string, string>(StringComparer.Ordinal) { ["body.type"] = "said" };
        if (http.Request.Query["run_id"] is [{ Length: > 0 } run, ..]) conditions["run"] = AssistantIds.Bare(AssistantIds.Run, run, "run_id", AssistantIds.NoRun);
        return conditions;
    }

    private async ValueTask<ThreadItem> FindAsync(Scope scope, string thread, string message, CancellationToken cancellationToken) =>
        await context.Threads.GetItemAsync(scope, thread, message, cancellationToken) is { } item && MessageRendering.IsMessage(item) ? item : throw Missing(message);

    private static ApiException Missing(string message) => AssistantIds.NoMessage(AssistantIds.Message + message);

    private static Task RespondAsync(HttpContext http, ThreadItem item, string thread) =>
        Respond.JsonAsync(http, MessageRendering.Render(item, thread), AssistantsJson.Default.MessageObject);
}
