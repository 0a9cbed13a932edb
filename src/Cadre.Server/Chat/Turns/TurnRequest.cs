using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Chat.Turns;

/// <summary>The body of POST /api/v1/chat.</summary>
/// <param name="Thread">The conversation that it continues, without prefix; null begins one.</param>
internal sealed record TurnRequest(string Message, string? Thread, bool Stream)
{
    public const int MaxMessage = 32_000;
    private const int MaxBytes = 1 << 20;

    public static async ValueTask<TurnRequest> ReadAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http, MaxBytes);
        body.RefuseOthers("message", "conversation_id", "stream");
        var message = body.RequiredText("message", MaxMessage, 1);
        if (string.IsNullOrWhiteSpace(message)) throw ApiException.BadRequest("Invalid 'message': there is nothing in it but white space.", "message", "empty_string");
        var thread = body.Text("conversation_id") is { } id ? Ids.After(ChatIds.Conversation, id) ?? throw ChatIds.NoConversation(id) : null;
        return new(message, thread, Streams(http, body));
    }

    /// <summary>Whether the answer is to be a stream: <c>stream</c>, or what the caller accepts.</summary>
    public static bool Streams(HttpContext http, Fields body) => body.Flag("stream") ?? http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
}
