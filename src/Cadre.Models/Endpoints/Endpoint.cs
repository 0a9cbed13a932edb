using System.Collections.Immutable;

namespace Cadre.Models.Endpoints;

/// <summary>A model server and how to talk to it.</summary>
/// <param name="BaseUrl">Up to and including the version, such as <c>https://api.openai.com/v1</c>; a query in it is sent with each request.</param>
public sealed record Endpoint(Uri BaseUrl)
{
    /// <summary>Sent as <c>Authorization: Bearer</c>; null for endpoints that want none or want another header.</summary>
    public Secret? ApiKey { get; init; }

    public ImmutableArray<ExtraHeader> Headers { get; init; } = [];

    public Timeouts Timeouts { get; init; } = new();

    public RetryLimits Retries { get; init; } = new();

    /// <summary>The only proxy there is: <c>HTTP_PROXY</c> and its kin are not read, so no variable of a shell redirects a key.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Host and port, for logs and prices.</summary>
    public string Authority => BaseUrl.IsDefaultPort ? BaseUrl.Host : $"{BaseUrl.Host}:{BaseUrl.Port}";

    /// <summary>The address without what may be secret in it: no query.</summary>
    public string Address => BaseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>What a person has to change before this can be used; null when nothing.</summary>
    public string? Problem => this switch
    {
        { BaseUrl: { IsAbsoluteUri: false } or { Scheme: not ("http" or "https") } } => $"'{BaseUrl}' is not an http or https address.",
        { BaseUrl.UserInfo.Length: > 0 } => "The base URL has a user name in it; give the key as an API key.",
        { ApiKey.IsPrintable: false } => "The API key has characters that cannot be sent in a header.",
        { Headers: var headers } when headers.FirstOrDefault(header => !header.Value.IsPrintable) is { } bad => $"The header {bad.Name} has characters that cannot be sent.",
        _ => null,
    };

    /// <param name="path">Relative, without a leading slash.</param>
    internal Uri Resolve(string path) => new($"{Address}/{path}{BaseUrl.Query}");
}

/// <summary>A header that is sent with each request; it replaces one that Cadre would send.</summary>
public sealed record ExtraHeader(string Name, Secret Value);
