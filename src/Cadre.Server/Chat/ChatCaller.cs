using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Chat;

/// <summary>A request about one conversation of the caller's own.</summary>
internal sealed record ChatCaller(Caller Caller, ConversationThread Thread, long Version)
{
    public string Id => Thread.Id;

    /// <summary>By the route's <c>{id}</c>.</summary>
    /// <exception cref="ApiException">404.</exception>
    public static async ValueTask<ChatCaller> OfAsync(ServerContext context, HttpContext http)
    {
        var caller = Caller.Of(http);
        var text = (string)http.GetRouteValue("id")!;
        var id = Ids.After(ChatIds.Conversation, text) ?? throw ChatIds.NoConversation(text);
        var (thread, version) = await ChatThreads.FindAsync(context, caller, id, http.RequestAborted);
        return new(caller, thread, version);
    }

    /// <summary>The newest run of the conversation, which says how it stands.</summary>
    public async ValueTask<RunTimeline?> NewestAsync(ServerContext context, CancellationToken cancellationToken) =>
        await context.Store.ListRunsAsync(Caller.Own, new() { Thread = Id, Limit = 1 }, cancellationToken) is [var newest, ..]
            ? await context.Runs.LoadAsync(Caller.Own, newest.Run, cancellationToken)
            : null;

    /// <summary>A run of this conversation.</summary>
    public async ValueTask<bool> HasAsync(ServerContext context, RunId run, CancellationToken cancellationToken) =>
        await context.Store.GetRunAsync(Caller.Own, run, cancellationToken) is { Thread: { } thread } && thread == Id;
}
