using Cadre.Server.Http;
using Cadre.Wire.ChatKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatKit;

/// <summary>POST /v1/chatkit: the self-hosted protocol, all of it on one address. A request is {type, params, metadata}.</summary>
internal sealed class ChatProtocol(ChatCallers callers, ChatReplies replies, ChatThreads threads, ChatUploads uploads)
{
    private const string NoAction = "This server has no handler for custom actions.";

    private static readonly string[] Types =
    [
        "threads.create", "threads.add_user_message", "threads.add_client_tool_output", "threads.retry_after_item", "threads.custom_action", "threads.get_by_id", "threads.list",
        "threads.update", "threads.delete", "items.list", "items.feedback", "attachments.create", "attachments.delete",
    ];

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/chatkit", AnswerAsync);

    private async Task AnswerAsync(HttpContext http)
    {
        var caller = await callers.OfAsync(http);
        var body = await RequestBody.ReadAsync(http);
        var type = body.RequiredText("type");
        var parameters = body.Object("params") ?? new Fields(Empty, "params");
        await (type switch
        {
            "threads.create" => replies.CreateAsync(http, caller, body, parameters),
            "threads.add_user_message" => replies.AddMessageAsync(http, caller, body, parameters),
            "threads.add_client_tool_output" => replies.AddOutputAsync(http, caller, parameters),
            "threads.retry_after_item" => replies.RetryAsync(http, caller, body, parameters),
            "threads.custom_action" => RefuseActionAsync(http),
            "threads.get_by_id" => threads.GetAsync(http, caller, parameters),
            "threads.list" => threads.ListAsync(http, caller, parameters),
            "threads.update" => threads.UpdateAsync(http, caller, parameters),
            "threads.delete" => threads.DeleteAsync(http, caller, parameters),
            "items.list" => threads.ItemsAsync(http, caller, parameters),
            "items.feedback" => threads.FeedbackAsync(http, caller, parameters),
            "attachments.create" => uploads.CreateAsync(http, caller, parameters),
            "attachments.delete" => uploads.DeleteAsync(http, caller, parameters),
            _ => throw ApiException.WrongValue("type", type, Types),
        });
    }

    private static readonly System.Text.Json.JsonElement Empty = System.Text.Json.JsonDocument.Parse("{}").RootElement;

    private static async Task RefuseActionAsync(HttpContext http)
    {
        using var sending = await EventStream.StartAsync(http);
        await sending.SendAsync(null, new ChatEvent.StreamError("custom", NoAction, AllowRetry: false), ChatKitJson.Default.ChatEvent);
    }
}
