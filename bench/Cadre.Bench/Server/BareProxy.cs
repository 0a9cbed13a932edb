using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Cadre.Bench.Server;

/// <summary>The least that passes a request on: Kestrel, a pool of connections, two copies. It looks at nothing.</summary>
internal sealed class BareProxy(WebApplication app, HttpMessageInvoker invoker) : IAsyncDisposable
{
    public Uri Url => new(app.Urls.First());

    public static async Task<BareProxy> StartAsync(Uri to)
    {
        var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
        var app = Host();
        app.Run(http => PassAsync(http, invoker, to));
        await app.StartAsync();
        return new(app, invoker);
    }

    public static WebApplication Host()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        invoker.Dispose();
    }

    private static async Task PassAsync(HttpContext http, HttpMessageInvoker invoker, Uri to)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{to.GetLeftPart(UriPartial.Authority)}{http.Request.Path}"));
        request.Content = new StreamContent(http.Request.Body);
        request.Content.Headers.ContentLength = http.Request.ContentLength;
        request.Content.Headers.TryAddWithoutValidation("Content-Type", http.Request.ContentType);
        using var response = await invoker.SendAsync(request, http.RequestAborted);
        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        http.Response.ContentLength = response.Content.Headers.ContentLength;
        var stream = await response.Content.ReadAsStreamAsync(http.RequestAborted);
        while (true)
        {
            var read = await stream.ReadAsync(http.Response.BodyWriter.GetMemory(), http.RequestAborted);
            if (read == 0) return;
            http.Response.BodyWriter.Advance(read);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
    }
}
