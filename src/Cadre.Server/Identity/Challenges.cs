using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>
/// The header <c>WWW-Authenticate</c> of a 401 (RFC 6750 §3). A face whose protocol wants more in it says so for its paths, in its <c>Map</c>.
/// </summary>
public sealed class Challenges
{
    private readonly List<(PathString Prefix, Func<HttpContext, string> Parameters)> _faces = [];

    /// <param name="parameters">More of them, as they stand in the header: <c>resource_metadata="https://…", scope="…"</c>.</param>
    public void Add(PathString prefix, Func<HttpContext, string> parameters) => _faces.Add((prefix, parameters));

    /// <param name="error">Null when nothing was presented: then there is no error yet.</param>
    internal string Of(HttpContext http, (string Code, string Description)? error)
    {
        var parameters = _faces.Where(face => http.Request.Path.StartsWithSegments(face.Prefix)).Select(face => face.Parameters(http)).ToList();
        if (error is { } fault) parameters.Insert(0, $"error=\"{fault.Code}\", error_description=\"{fault.Description}\"");
        return parameters.Count == 0 ? "Bearer" : $"Bearer {string.Join(", ", parameters)}";
    }
}
