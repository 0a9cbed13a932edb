using System.Globalization;
using Cadre.Engine.Runs;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants;

/// <summary>The ids of this dialect: what they begin with, and OpenAI's words for those that are not there.</summary>
internal static class AssistantIds
{
    public const string Assistant = "asst_";
    public const string Thread = "thread_";
    public const string Message = "msg_";
    public const string Run = "run_";
    public const string Step = "step_";
    public const string File = "file-";

    /// <summary>Bare, out of the route.</summary>
    public static string OfAssistant(HttpContext http) => Bare(Assistant, RouteValue(http, "assistant"), "assistant_id", NoAssistant);

    /// <inheritdoc cref="OfAssistant"/>
    public static string OfThread(HttpContext http) => Bare(Thread, RouteValue(http, "thread"), "thread_id", NoThread);

    /// <inheritdoc cref="OfAssistant"/>
    public static string OfMessage(HttpContext http) => Bare(Message, RouteValue(http, "message"), "message_id", NoMessage);

    public static RunId OfRun(HttpContext http)
    {
        var text = RouteValue(http, "run");
        return RunId.TryParse(Bare(Run, text, "run_id", NoRun), null, out var run) ? run : throw NoRun(text);
    }

    /// <param name="text">As the caller wrote it.</param>
    /// <param name="missing">The error for an id that can be none of ours.</param>
    public static string Bare(string prefix, string text, string parameter, Func<string, ApiException> missing)
    {
        if (Ids.After(prefix, text) is { } id) return id;
        if (text.StartsWith(prefix, StringComparison.Ordinal)) throw missing(text);
        throw ApiException.BadRequest($"Invalid '{parameter}': '{text}'. Expected an ID that begins with '{prefix.TrimEnd('_', '-')}'.", parameter, "invalid_value");
    }

    /// <summary>A file's id without the prefix; ids that were given out elsewhere stay as they are.</summary>
    public static string BareFile(string id) => id.StartsWith(File, StringComparison.Ordinal) ? id[File.Length..] : id;

    public static ApiException NoAssistant(string id) => ApiException.NotFound($"No assistant found with id '{id}'.");

    public static ApiException NoThread(string id) => ApiException.NotFound($"No thread found with id '{id}'.");

    public static ApiException NoMessage(string id) => ApiException.NotFound($"No message found with id '{id}'.");

    public static ApiException NoRun(string id) => ApiException.NotFound($"No run found with id '{id}'.");

    public static ApiException NoStep(string id) => ApiException.NotFound($"No run step found with id '{id}'.");

    private static string RouteValue(HttpContext http, string name) => Convert.ToString(http.Request.RouteValues[name], CultureInfo.InvariantCulture) ?? "";
}
