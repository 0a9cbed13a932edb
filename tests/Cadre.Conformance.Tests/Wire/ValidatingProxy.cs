using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using Cadre.Conformance.Tests.Description;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Cadre.Conformance.Tests.Wire;

/// <summary>Stands between an SDK and the server: what the server sends goes on byte for byte as it comes, and is held to the public description.</summary>
internal sealed class ValidatingProxy : IAsyncDisposable
{
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection", "host", "content-length",
    };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly Uri _server;
    private readonly WebApplication _app;

    private ValidatingProxy(Uri server)
    {
        _server = server;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.AddServerHeader = false;
        });
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(ForwardAsync);
    }

    public Judgement Judgement { get; } = new();

    /// <summary>With "/v1", as an SDK wants it.</summary>
    public Uri BaseUrl => new(new Uri(_app.Urls.First()), "/v1");

    public static async Task<ValidatingProxy> StartAsync(Uri server)
    {
        var proxy = new ValidatingProxy(server);
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var operation = ApiDescription.Find(context.Request.Method, context.Request.Path.Value ?? "");
        var request = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
        try
        {
            if (context.WebSockets.IsWebSocketRequest) await WebSocketTunnel.RunAsync(context, _server, Judgement, request);
            else await ExchangeAsync(context, operation, request);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The SDK has gone.
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            Judgement.Fault(request, "the server broke the connection: " + failure.Message, default);
            context.Abort();
        }
    }

    private async Task ExchangeAsync(HttpContext context, ApiOperation? operation, string request)
    {
        using var forwarded = new HttpRequestMessage(new(context.Request.Method), new Uri(_server, $"{context.Request.Path}{context.Request.QueryString}"));
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true) forwarded.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers.Where(header => !HopByHop.Contains(header.Key)))
        {
            if (!forwarded.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) forwarded.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        if (context.Request.ContentLength is { } length && forwarded.Content is not null) forwarded.Content.Headers.ContentLength = length;
        using var answer = await _client.SendAsync(forwarded, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !HopByHop.Contains(header.Key)))
            context.Response.Headers[name] = values.ToArray();

        var mediaType = answer.Content.Headers.ContentType?.MediaType;
        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        if (mediaType == "text/event-stream") await StreamAsync(context, operation, body, request);
        else await WholeAsync(context, operation, answer.StatusCode, mediaType, body, request);
    }

    private async Task WholeAsync(HttpContext context, ApiOperation? operation, HttpStatusCode status, string? mediaType, Stream body, string request)
    {
        using var kept = new MemoryStream();
        await body.CopyToAsync(kept, context.RequestAborted);
        Judgement.Answer(operation, status, mediaType, kept.GetBuffer().AsMemory(0, (int)kept.Length), request);
        if (status is HttpStatusCode.NoContent or HttpStatusCode.NotModified) return;
        context.Response.ContentLength = kept.Length;
        await context.Response.Body.WriteAsync(kept.GetBuffer().AsMemory(0, (int)kept.Length), context.RequestAborted);
    }

    /// <summary>What has been read goes on before it is judged: a judge may not change the timing that an SDK sees.</summary>
    private async Task StreamAsync(HttpContext context, ApiOperation? operation, Stream body, string request)
    {
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var pipe = new System.IO.Pipelines.Pipe(new(pauseWriterThreshold: 0));
        var judging = JudgeAsync(pipe.Reader.AsStream(), operation, request);
        var buffer = new byte[32 * 1024];
        try
        {
            while (await body.ReadAsync(buffer, context.RequestAborted) is var read and > 0)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await pipe.Writer.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        finally
        {
            await pipe.Writer.CompleteAsync();
            await judging;
        }
    }

    private async Task JudgeAsync(Stream events, ApiOperation? operation, string request)
    {
        if (operation is not null) Judgement.Answer(operation with { Answer = null }, HttpStatusCode.OK, null, default, request);
        if (operation is not null && operation.Stream is null) Judgement.Fault(request, "streams, though the description knows no stream here", default);
        await foreach (var item in SseParser.Create(events, (_, data) => Encoding.UTF8.GetString(data)).EnumerateAsync())
            Judgement.Event(operation, item.EventType, item.Data, request);
    }
}
