using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Agents;

/// <summary>The Agents API names its errors otherwise than OpenAI's older ones.</summary>
internal static class AgentErrors
{
    /// <param name="what">"agent", "session", …</param>
    public static ApiException NotFound(string what, string? id) =>
        new(StatusCodes.Status404NotFound, $"No {what} found with id '{id}'.") { Type = "not_found_error" };

    public static ApiException Conflict(string message) => new(StatusCodes.Status409Conflict, message) { Type = "conflict_error" };

    /// <summary>A resource of OpenAI's that cannot be served here.</summary>
    public static ApiException NotServed(string parameter, string message) => ApiException.BadRequest(message, parameter, "unsupported_value");
}
