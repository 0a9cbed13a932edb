namespace Cadre.Tools.Mcp.Connections;

/// <summary>Ends a response that grows beyond the allowance, and names a redirect instead of following it: it would carry the credentials elsewhere.</summary>
internal sealed class BoundedHandler(HttpMessageHandler inner, ReadAllowance allowance) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
        {
            response.Dispose();
            var host = location.IsAbsoluteUri ? location.Host : request.RequestUri!.Host;
            throw new HttpRequestException($"The server redirects to {host}; redirects are not followed. Give the final address.", null, response.StatusCode);
        }

        var bounded = new StreamContent(new AllowanceStream(await response.Content.ReadAsStreamAsync(cancellationToken), allowance));
        foreach (var header in response.Content.Headers) bounded.Headers.TryAddWithoutValidation(header.Key, header.Value);
        response.Content = bounded;
        return response;
    }
}
