using Cadre.Engine.Runs;
using Cadre.Server.Http;

namespace Cadre.Server.Chat;

/// <summary>Names of a chat's things, as its users see them.</summary>
internal static class ChatIds
{
    /// <summary>Not "chat": runs of that face are Chat Completions', which are forgotten when they have answered.</summary>
    public const string Face = "conversations";

    public const string Conversation = "conv_";
    public const string Message = "msg_";
    public const string Run = "run_";

    public static string OfConversation(string thread) => Conversation + thread;

    public static string OfRun(RunId run) => $"{Run}{run}";

    /// <summary>The assistant's message is all that one run said and did.</summary>
    public static string OfReply(RunId run) => $"{Message}{run}";

    /// <summary>In the same words for what is not there and for what is another's.</summary>
    public static ApiException NoConversation(string id) => ApiException.NotFound($"No conversation found with id '{id}'.", "conversation_id", "conversation_not_found");
}
