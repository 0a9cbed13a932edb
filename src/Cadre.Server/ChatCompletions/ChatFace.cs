using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatCompletions;

/// <summary>Chat Completions, Models and Embeddings.</summary>
internal static class ChatFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
    }
}
