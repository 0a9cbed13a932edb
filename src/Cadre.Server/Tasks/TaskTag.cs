using System.Globalization;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cadre.Server.Tasks;

/// <summary>Entity tags of tasks (RFC 9110, sections 8.8.3 and 13.1): a task's version.</summary>
internal static class TaskTag
{
    public static void Set(HttpContext http, UserTask task) => http.Response.Headers.ETag = Of(task).ToString();

    /// <exception cref="ApiException">412: the request is about another version; nothing may be changed.</exception>
    public static void Require(HttpContext http, UserTask task)
    {
        if (http.Request.Headers.IfMatch.Count == 0) return;
        if (!EntityTagHeaderValue.TryParseList(http.Request.Headers.IfMatch, out var tags))
            throw ApiException.BadRequest("The header If-Match is no list of entity tags.", "If-Match", "invalid_value");
        if (tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(Of(task), useStrongComparison: true))) return;
        throw new ApiException(StatusCodes.Status412PreconditionFailed, $"The task '{task.PublicId}' was changed meanwhile: read it again.") { Code = "task_changed" };
    }

    /// <summary>Whether the caller has this version already.</summary>
    public static bool IsKnown(HttpContext http, UserTask task) =>
        EntityTagHeaderValue.TryParseList(http.Request.Headers.IfNoneMatch, out var tags)
        && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(Of(task), useStrongComparison: false));

    private static EntityTagHeaderValue Of(UserTask task) => new($"\"{task.Version.ToString(CultureInfo.InvariantCulture)}\"");
}
