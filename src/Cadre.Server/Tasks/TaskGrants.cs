using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Registry;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Tasks;

/// <summary>A token that was granted less than everything does here what it could do by the tools, and no more.</summary>
internal static class TaskGrants
{
    public static RequestDelegate Read(RequestDelegate handler) => Require(Grants.TasksRead, handler);

    public static RequestDelegate Write(RequestDelegate handler) => Require(Grants.TasksWrite, handler);

    private static RequestDelegate Require(string grant, RequestDelegate handler) => http =>
    {
        if (Caller.Of(http).Has(grant)) return handler(http);
        // RFC 6750, section 3.1.
        http.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{grant}\"";
        throw new ApiException(StatusCodes.Status403Forbidden, $"The token was not granted '{grant}'.") { Code = "insufficient_scope" };
    };
}
