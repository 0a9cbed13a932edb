using Cadre.Server.Chat.Conversations;
using Cadre.Server.Chat.Turns;
using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Chat;

/// <summary>The assistant that acts for a signed-in user, under /api/v1/chat (docs/chat.md).</summary>
internal static class ChatApi
{
    private const string Route = "/api/v1/chat";
    private const string Conversations = Route + "/conversations";
    private const string Conversation = Conversations + "/{id}";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var starter = new TurnStarter(context);
        var answers = new TurnAnswers(context);
        routes.MapPost(Route, new PostChat(context, starter, answers).HandleAsync);
        MapConversations(routes, context);
        var commands = new TurnCommands(context, starter, answers);
        routes.MapGet(Conversation + "/stream", commands.StreamAsync);
        routes.MapPost(Conversation + "/cancel", commands.CancelAsync);
        routes.MapPost(Conversation + "/resume", commands.ResumeAsync);
        var approvals = new ChatApprovals(context, answers);
        routes.MapGet(Conversation + "/approvals", approvals.ListAsync);
        routes.MapPost(Conversation + "/approvals/{call_id}", approvals.DecideAsync);
    }

    private static void MapConversations(IEndpointRouteBuilder routes, ServerContext context)
    {
        routes.MapGet(Conversations, new ConversationList(context).HandleAsync);
        var reading = new ReadConversation(context);
        routes.MapGet(Conversation, reading.HandleAsync);
        routes.MapGet(Conversation + "/export", reading.ExportAsync);
        var changing = new ChangeConversation(context);
        routes.MapPatch(Conversation, changing.RenameAsync);
        routes.MapDelete(Conversation, changing.DeleteAsync);
    }
}
