using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatCompletions;

/// <summary>Chat Completions, Models, Embeddings, and what is passed through beside them (docs/chat-completions.md).</summary>
internal static class ChatFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var stored = new StoredChats(context.Store, context.Time);
        var chat = new CreateChat(context, stored);
        routes.MapPost("/v1/chat/completions", chat.HandleAsync);
        StoredChatOperations.Map(routes, stored);
        ModelOperations.Map(routes, context);
        routes.MapPost("/v1/embeddings", new CreateEmbeddings(context.Upstream, context.Models).HandleAsync);
        routes.MapPost("/v1/completions", new ForwardedPost("completions", context.Upstream, context.Models).HandleAsync);
        routes.MapPost("/v1/moderations", new ForwardedPost("moderations", context.Upstream, context.Models).HandleAsync);
    }
}
