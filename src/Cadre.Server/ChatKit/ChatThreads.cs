using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Cadre.Wire.ChatKit;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.ChatKit;

/// <summary>The requests of the protocol that are answered by JSON.</summary>
internal sealed class ChatThreads(ServerContext context, ChatItems items)
{
    private const int PageSize = 20;
    private const int MaxPage = 100;
    private const int MaxTitle = 1_000;
    private const int MaxItems = 1_000;

    public static async ValueTask<(ConversationThread Thread, Owner Owner)> FindAsync(ServerContext context, ChatCaller caller, Fields parameters, CancellationToken cancellationToken)
    {
        var id = parameters.RequiredText("thread_id");
        return Ids.After(ChatView.ThreadPrefix, id) is { } bare && await context.Store.GetAsync(caller.Scope, ThreadStore.ThreadKind, bare, cancellationToken) is { } document
            ? (ThreadStore.ReadThread(document), document.Owner)
            : throw ApiException.NotFound($"No thread found with id '{id}'.", parameters.At("thread_id"));
    }

    public async Task GetAsync(HttpContext http, ChatCaller caller, Fields parameters)
    {
        var (thread, _) = await FindAsync(context, caller, parameters, http.RequestAborted);
        var page = await ItemsAsync(caller, thread, new(ThreadStore.ItemKind) { Parent = thread.Id, Descending = false, Limit = PageSize }, parameters, http.RequestAborted);
        await Respond.JsonAsync(http, ChatView.ChatThread(thread, page), ChatKitJson.Default.ChatThread);
    }

    public async Task ListAsync(HttpContext http, ChatCaller caller, Fields parameters)
    {
        if (caller.Session is { History: false })
        {
            await Respond.JsonAsync(http, new ChatPage<ChatThread>([], false, null), ChatKitJson.Default.ChatThreads);
            return;
        }

        var query = Query(ThreadStore.ThreadKind, parameters, ChatView.ThreadPrefix) with { Where = new Dictionary<string, string> { ["face"] = ChatExtra.Face } };
        var recent = caller.Session?.RecentThreads;
        if (recent is { } most) query = query with { Limit = Math.Min(query.Limit, most), After = null, Descending = true };
        var page = await context.Store.ListAsync(caller.Scope, query, http.RequestAborted) ?? throw BadCursor(parameters);
        var threads = page.Items.Select(document => ChatView.ChatThread(ThreadStore.ReadThread(document))).ToArray();
        var more = page.HasMore && recent is null;
        await Respond.JsonAsync(http, new ChatPage<ChatThread>(threads, more, more ? threads[^1].Id : null), ChatKitJson.Default.ChatThreads);
    }

    public async Task ItemsAsync(HttpContext http, ChatCaller caller, Fields parameters)
    {
        var (thread, _) = await FindAsync(context, caller, parameters, http.RequestAborted);
        var query = Query(ThreadStore.ItemKind, parameters, ChatView.ItemPrefix) with { Parent = thread.Id };
        await Respond.JsonAsync(http, await ItemsAsync(caller, thread, query, parameters, http.RequestAborted), ChatKitJson.Default.ChatItems);
    }

    public async Task UpdateAsync(HttpContext http, ChatCaller caller, Fields parameters)
    {
        var title = parameters.RequiredText("title", MaxTitle);
        while (true)
        {
            var (found, _) = await FindAsync(context, caller, parameters, http.RequestAborted);
            if (await context.Store.GetAsync(caller.Scope, ThreadStore.ThreadKind, found.Id, http.RequestAborted) is not { } document) continue;
            var thread = ThreadStore.ReadThread(document) with { Title = title };
            if (!(await context.Store.CommitAsync([new Change.Replace(ThreadStore.Document(thread, document.Owner), document.Version)], http.RequestAborted)).Won) continue;
            await Respond.JsonAsync(http, ChatView.ChatThread(thread), ChatKitJson.Default.ChatThread);
            return;
        }
    }

    public async Task DeleteAsync(HttpContext http, ChatCaller caller, Fields parameters)
    {
        var (thread, _) = await FindAsync(context, caller, parameters, http.RequestAborted);
        await ThreadRemoval.RemoveAsync(context, caller.Scope, thread.Id, $"user:{caller.Owner.User}", http.RequestAborted);
        await EmptyAsync(http);
    }

    /// <summary>Kept with the items, for whoever reads them.</summary>
    public async Task FeedbackAsync(HttpContext http, ChatCaller caller, Fields parameters)
    {
        var (thread, _) = await FindAsync(context, caller, parameters, http.RequestAborted);
        var kind = parameters.Word("kind", "positive", "negative") ?? throw ApiException.Missing(parameters.At("kind"));
        foreach (var id in parameters.Texts("item_ids", MaxItems) ?? throw ApiException.Missing(parameters.At("item_ids")))
        {
            if (Ids.After(ChatView.ItemPrefix, id) is not { } bare || await context.Store.GetAsync(caller.Scope, ThreadStore.ItemKind, bare, http.RequestAborted) is not { } document || document.Parent != thread.Id)
                throw ApiException.NotFound($"No item found with id '{id}'.", parameters.At("item_ids"));
            var item = ThreadStore.ReadItem(document);
            item = item with { Extra = ChatView.With(item.Extra, ChatView.ExtraOf(item.Extra) with { Feedback = kind }) };
            await context.Store.CommitAsync([new Change.Replace(ThreadStore.Document(item, thread.Id, document.Owner))], http.RequestAborted);
        }

        await EmptyAsync(http);
    }

    public static Task EmptyAsync(HttpContext http) => Respond.BytesAsync(http, "{}"u8.ToArray());

    private async ValueTask<ChatPage<ChatItem>> ItemsAsync(ChatCaller caller, ConversationThread thread, DocumentQuery query, Fields parameters, CancellationToken cancellationToken)
    {
        var page = await items.ListAsync(caller.Scope, query, (item, output) => ChatView.ChatItem(item, thread.Id, output), cancellationToken) ?? throw BadCursor(parameters);
        return new(page.Items, page.HasMore, page is { HasMore: true, Items: [.., var last] } ? last.Id : null);
    }

    private static DocumentQuery Query(string kind, Fields parameters, string prefix) => new(kind)
    {
        Limit = (int)(parameters.Integer("limit", 1, MaxPage) ?? PageSize),
        Descending = parameters.Word("order", "asc", "desc") != "asc",
        After = parameters.Text("after") is { Length: > 0 } after ? Ids.After(prefix, after) ?? throw BadCursor(parameters) : null,
    };

    private static ApiException BadCursor(Fields parameters) => ApiException.BadRequest($"Invalid '{parameters.At("after")}': it names nothing in this list.", parameters.At("after"), "invalid_value");
}
