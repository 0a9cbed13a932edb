using Cadre.Server.Http;

namespace Cadre.Server.Responses;

/// <summary>Refusals as OpenAI words them.</summary>
internal static class ResponseErrors
{
    public static ApiException NoResponse(string? id) => ApiException.NotFound($"Response with id '{id}' not found.");

    public static ApiException NoPrevious(string id) => ApiException.BadRequest($"Previous response with id '{id}' not found.", "previous_response_id", "previous_response_not_found");

    public static ApiException NoConversation(string? id) => ApiException.NotFound($"Conversation with id '{id}' not found.");

    public static ApiException NoItem(string? id) => ApiException.NotFound($"Item with id '{id}' not found.");

    public static ApiException NoReferredItem(string id, string parameter) => ApiException.NotFound(
        $"Item with id '{id}' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.", parameter);

    public static ApiException NoOutput(string callId) => ApiException.BadRequest($"No tool output found for function call {callId}.", "input");

    public static ApiException NoCall(string callId) => ApiException.BadRequest($"No tool call found for function call output with call_id {callId}.", "input");

    public static ApiException Locked() => ApiException.BadRequest(
        "Another process is currently operating on this conversation. Please retry in a few seconds.", "conversation", "conversation_locked");
}
