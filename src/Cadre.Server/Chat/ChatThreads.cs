using Cadre.Server.Hosting;
using Cadre.Server.Identity;
using Cadre.Server.Threads;

namespace Cadre.Server.Chat;

/// <summary>A person's conversations.</summary>
internal static class ChatThreads
{
    /// <exception cref="Http.ApiException">404.</exception>
    public static async ValueTask<(ConversationThread Thread, long Version)> FindAsync(ServerContext context, Caller caller, string id, CancellationToken cancellationToken)
    {
        var document = await context.Store.GetAsync(caller.Own, ThreadStore.ThreadKind, id, cancellationToken) ?? throw ChatIds.NoConversation(ChatIds.OfConversation(id));
        var thread = ThreadStore.ReadThread(document);
        return thread.Face == ChatIds.Face ? (thread, document.Version) : throw ChatIds.NoConversation(ChatIds.OfConversation(id));
    }
}
