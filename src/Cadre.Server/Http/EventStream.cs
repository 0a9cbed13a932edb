using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cadre.Server.Http;

/// <summary>Server-sent events (the WHATWG HTML standard, section 9.2). Headers leave at once, and each event is flushed when it is written.</summary>
public sealed class EventStream : IDisposable
{
    private readonly HttpContext _http;
    private readonly Utf8JsonWriter _json;

    private EventStream(HttpContext http)
    {
        _http = http;
        _json = new(http.Response.BodyWriter, Respond.Plain);
    }

    public static async ValueTask<EventStream> StartAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        return new(http);
    }

    /// <param name="name">The <c>event:</c> field; null leaves it out.</param>
    /// <param name="id">The <c>id:</c> field; null leaves it out.</param>
    /// <param name="flush">False when more follows at once: the last of a burst flushes all of it.</param>
    public async ValueTask SendAsync<T>(string? name, T value, JsonTypeInfo<T> type, string? id = null, bool flush = true)
    {
        Begin(name, id);
        JsonSerializer.Serialize(_json, value, type);
        await EndAsync(flush);
    }

    /// <summary>An event whose data is written by hand.</summary>
    public async ValueTask SendAsync(string? name, Action<Utf8JsonWriter> write, string? id = null, bool flush = true)
    {
        Begin(name, id);
        write(_json);
        await EndAsync(flush);
    }

    /// <summary>An event whose data has been written already: one line of JSON.</summary>
    public async ValueTask SendAsync(string? name, ReadOnlyMemory<byte> utf8, bool flush = true)
    {
        Begin(name, null);
        _http.Response.BodyWriter.Write(utf8.Span);
        await EndAsync(flush);
    }

    /// <summary>An event whose data is not JSON, such as <c>[DONE]</c>. One line.</summary>
    public async ValueTask SendTextAsync(string? name, string data)
    {
        if (name is not null) Write($"event: {name}\n");
        Write($"data: {data}\n\n");
        await _http.Response.BodyWriter.FlushAsync(_http.RequestAborted);
    }

    /// <summary>A comment line, to keep the connection open through proxies.</summary>
    public async ValueTask KeepAliveAsync()
    {
        Write(": keep-alive\n\n");
        await _http.Response.BodyWriter.FlushAsync(_http.RequestAborted);
    }

    public void Dispose() => _json.Dispose();

    private void Begin(string? name, string? id)
    {
        if (id is not null) Write($"id: {id}\n");
        if (name is not null) Write($"event: {name}\n");
        Write("data: ");
    }

    private async ValueTask EndAsync(bool flush)
    {
        _json.Flush();
        _json.Reset();
        Write("\n\n");
        if (flush) await _http.Response.BodyWriter.FlushAsync(_http.RequestAborted);
    }

    private void Write(string text)
    {
        var span = _http.Response.BodyWriter.GetSpan(System.Text.Encoding.UTF8.GetMaxByteCount(text.Length));
        _http.Response.BodyWriter.Advance(System.Text.Encoding.UTF8.GetBytes(text, span));
    }
}
