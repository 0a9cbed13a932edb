using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Upstreams;

/// <summary>Which headers are passed on. Everything else is this server's, the endpoint's or the connection's own business.</summary>
internal static class PassedHeaders
{
    private static readonly string[] ToEndpoint = ["Accept", "Accept-Encoding", "User-Agent", "OpenAI-Beta", "Idempotency-Key", "X-Client-Request-Id"];
    private static readonly string[] ToCaller = ["Retry-After", "Retry-After-Ms", "X-Should-Retry", "X-Request-Id", "Cache-Control"];
    private static readonly string[] PrefixesToCaller = ["openai-", "x-ratelimit-"];

    public static void CopyToEndpoint(IHeaderDictionary from, HttpRequestMessage to)
    {
        foreach (var (name, value) in from)
        {
            if (!ToEndpoint.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.StartsWith("x-stainless-", StringComparison.OrdinalIgnoreCase)) continue;
            to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
        }

        if (to.Content is not null && from.ContentType is [{ } type, ..]) to.Content.Headers.TryAddWithoutValidation("Content-Type", type);
    }

    public static void CopyToCaller(HttpResponseMessage from, HttpResponse to)
    {
        foreach (var (name, values) in from.Headers.NonValidated)
        {
            if (Passes(name)) to.Headers[name] = values.ToString();
        }

        var content = from.Content.Headers.NonValidated;
        if (content.TryGetValues("Content-Type", out var type)) to.ContentType = type.ToString();
        if (content.TryGetValues("Content-Encoding", out var encoding)) to.Headers.ContentEncoding = encoding.ToString();
    }

    private static bool Passes(string name)
    {
        foreach (var prefix in PrefixesToCaller)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return ToCaller.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
