using System.Net;
using System.Net.Http.Headers;

namespace Cadre.Tools.Mcp.OAuth;

/// <summary>Gives each request to the endpoint its token, and another one when that is refused. No other request passes here, so the token goes nowhere else.</summary>
internal sealed class AuthorizedHandler(HttpMessageHandler inner, OAuthSession session) : DelegatingHandler(inner)
{
    /// <summary>Requests that one request may become: with the token there is, a refreshed one, and after a sign-in or two.</summary>
    private const int MaxTries = 4;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellationToken) : null;
        var token = await session.TokenAsync(cancellationToken);
        for (var tries = 1; ; tries++)
        {
            var response = await base.SendAsync(With(request, body, token), cancellationToken);
            var challenge = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? Challenge.Of(response) : null;
            if (challenge is null || tries == MaxTries || (response.StatusCode == HttpStatusCode.Forbidden && challenge.Error != "insufficient_scope")) return response;
            response.Dispose();
            token = await session.RenewAsync(token, challenge, refreshed: tries > 1, cancellationToken);
        }
    }

    private static HttpRequestMessage With(HttpRequestMessage request, byte[]? body, string? token)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var (name, values) in request.Headers) copy.Headers.TryAddWithoutValidation(name, values);
        if (body is not null)
        {
            copy.Content = new ByteArrayContent(body);
            foreach (var (name, values) in request.Content!.Headers) copy.Content.Headers.TryAddWithoutValidation(name, values);
        }

        if (token is not null) copy.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return copy;
    }
}
