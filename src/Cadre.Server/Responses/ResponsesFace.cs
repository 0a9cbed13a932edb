using Cadre.Server.Hosting;
using Cadre.Server.Responses.Conversations;
using Cadre.Server.Responses.Sockets;
using Cadre.Server.Responses.Streaming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Responses;

/// <summary>Responses and Conversations.</summary>
internal static class ResponsesFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var streams = new ResponseStreams(context);
        var create = new CreateResponse(context, streams);
        var retrieve = new RetrieveResponse(context, streams);
        routes.MapPost("/v1/responses", create.HandleAsync);
        routes.MapGet("/v1/responses", new ResponseSocket(context, streams).HandleAsync);
        routes.MapPost("/v1/responses/input_tokens", new CountInputTokens(context).HandleAsync);
        routes.MapPost("/v1/responses/compact", new CompactHistory(context, streams).HandleAsync);
        routes.MapGet("/v1/responses/{response_id}", retrieve.GetAsync);
        routes.MapDelete("/v1/responses/{response_id}", retrieve.DeleteAsync);
        routes.MapPost("/v1/responses/{response_id}/cancel", retrieve.CancelAsync);
        routes.MapGet("/v1/responses/{response_id}/input_items", new ListInputItems(context, retrieve).HandleAsync);

        var conversations = new ConversationRoutes(context);
        routes.MapPost("/v1/conversations", conversations.CreateAsync);
        routes.MapGet("/v1/conversations/{conversation_id}", conversations.GetAsync);
        routes.MapPost("/v1/conversations/{conversation_id}", conversations.UpdateAsync);
        routes.MapDelete("/v1/conversations/{conversation_id}", conversations.DeleteAsync);

        var items = new ConversationItemRoutes(context);
        routes.MapPost("/v1/conversations/{conversation_id}/items", items.CreateAsync);
        routes.MapGet("/v1/conversations/{conversation_id}/items", items.ListAsync);
        routes.MapGet("/v1/conversations/{conversation_id}/items/{item_id}", items.GetAsync);
        routes.MapDelete("/v1/conversations/{conversation_id}/items/{item_id}", items.DeleteAsync);
    }
}
