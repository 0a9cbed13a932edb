using Cadre.Server.Agents;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Cadre.Wire.ChatKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatKit;

/// <summary>/v1/chatkit/threads: what end users wrote, for the holder of the API key. The listing has ChatKit's own threads; each thread of any face can be read.</summary>
internal sealed class ChatKitThreads(ServerContext context, ChatItems items)
{
    private const string Route = "/v1/chatkit/threads/{thread}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/chatkit/threads", ListAsync);
        routes.MapGet(Route, GetAsync);
        routes.MapDelete(Route, DeleteAsync);
        routes.MapGet(Route + "/items", ItemsAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var scope = Caller.Of(http).Scope;
        if (http.Request.Query["user"].ToString() is { Length: > 0 } user) scope = scope with { User = user };
        var query = AgentCall.Documents(ThreadStore.ThreadKind, ListQuery.Read(http), id => Ids.After(ChatView.ThreadPrefix, id)) with
        {
            Where = new Dictionary<string, string> { ["face"] = ChatExtra.Face },
        };
        var page = await context.Store.ListAsync(scope, query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        var threads = page.Items.Select(document => ChatView.Thread(ThreadStore.ReadThread(document), document.Owner.User)).ToArray();
        var list = new ChatKitPage<ChatKitThreadObject>(threads, threads is [var first, ..] ? first.Id : null, threads is [.., var last] ? last.Id : null, page.HasMore);
        await Respond.JsonAsync(http, list, ChatKitJson.Default.ThreadList);
    }

    private async Task GetAsync(HttpContext http)
    {
        var document = await FindAsync(http);
        await Respond.JsonAsync(http, ChatView.Thread(ThreadStore.ReadThread(document), document.Owner.User), ChatKitJson.Default.ChatKitThreadObject);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var document = await FindAsync(http);
        await ThreadRemoval.RemoveAsync(context, Caller.Of(http).Scope, document.Id, Caller.Of(http).Author, http.RequestAborted);
        await Respond.JsonAsync(http, new ChatKitDeleted(ChatView.ThreadPrefix + document.Id, "chatkit.thread.deleted"), ChatKitJson.Default.ChatKitDeleted);
    }

    private async Task ItemsAsync(HttpContext http)
    {
        var document = await FindAsync(http);
        var query = AgentCall.Documents(ThreadStore.ItemKind, ListQuery.Read(http), id => Ids.After(ChatView.ItemPrefix, id), document.Id);
        var page = await items.ListAsync(Caller.Of(http).Scope, query, (item, output) => ChatView.Item(item, document.Id, output), http.RequestAborted)
            ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        var list = new ChatKitPage<ChatKitItem>(page.Items, page.Items is [var first, ..] ? first.Id : null, page.Items is [.., var last] ? last.Id : null, page.HasMore);
        await Respond.JsonAsync(http, list, ChatKitJson.Default.ItemList);
    }

    private async ValueTask<Document> FindAsync(HttpContext http)
    {
        var id = AgentCall.Route(http, "thread");
        return Ids.After(ChatView.ThreadPrefix, id) is { } bare && await context.Store.GetAsync(Caller.Of(http).Scope, ThreadStore.ThreadKind, bare, http.RequestAborted) is { } document
            ? document
            : throw ApiException.NotFound($"No thread found with id '{id}'.", "thread_id");
    }
}
