using System.Buffers;
using System.Text;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Upstreams;

/// <summary>Passes a request on to the endpoint and its answer back, byte by byte and as they come.</summary>
internal static class PassThrough
{
    private const int ErrorBytes = 64 << 10;
    private const int PieceBytes = 4 << 10;

    /// <param name="path">Below the endpoint's base address.</param>
    /// <param name="witness">Sees what the endpoint answers; null when nobody does.</param>
    public static async Task ForwardAsync(HttpContext http, Upstream upstream, string path, HeldBody body, Replacement? replacement, IWitness? witness = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using var response = await OpenAsync(http, upstream, path, body.Forward(http.Request.ContentLength, replacement), plain: witness is not null, patience);

        // Over HTTP/1.1 the body was sent before the answer began: an open stream need not hold it.
        if (response.Version.Major < 2) body.Release();
        await AnswerAsync(http, upstream, response, patience, witness);
    }

    /// <param name="plain">The answer is to be read here: it must not be compressed.</param>
    /// <exception cref="ApiException">The endpoint cannot be reached, or the body is too long.</exception>
    public static async ValueTask<HttpResponseMessage> OpenAsync(
        HttpContext http, Upstream upstream, string path, ForwardedBody body, bool plain, CancellationTokenSource patience)
    {
        using var request = upstream.Compose(HttpMethod.Post, path, http.Request.QueryString.Value ?? "");
        request.Content = body;
        PassedHeaders.CopyToEndpoint(http.Request.Headers, request);
        if (plain) request.Headers.Remove("Accept-Encoding");
        patience.CancelAfter(upstream.Timeouts.FirstByte);
        try
        {
            return await upstream.SendAsync(request, patience.Token, http.RequestAborted);
        }
        catch (ApiException) when (body.IsTooLong)
        {
            throw RequestBody.TooLarge(HeldBody.MaxBytes);
        }
    }

    public static async Task AnswerAsync(HttpContext http, Upstream upstream, HttpResponseMessage response, CancellationTokenSource patience, IWitness? witness)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
            throw new ApiException(StatusCodes.Status502BadGateway, "The model endpoint redirects; its base URL has to be set to the address it means.") { Type = "server_error", Code = "upstream_redirect" };
        http.Response.StatusCode = status;
        PassedHeaders.CopyToCaller(response, http.Response);
        if (status >= 400)
        {
            await RefuseAsync(http, upstream, response, patience);
            return;
        }

        http.Response.ContentLength = response.Content.Headers.ContentLength;
        try
        {
            await CopyAsync(http, upstream, await response.Content.ReadAsStreamAsync(patience.Token), patience, witness);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException || (failure is OperationCanceledException && !http.RequestAborted.IsCancellationRequested))
        {
            // What was sent cannot be taken back: the caller has to see that the rest is missing.
            http.Abort();
        }
    }

    private static async Task CopyAsync(HttpContext http, Upstream upstream, Stream from, CancellationTokenSource patience, IWitness? witness)
    {
        var to = http.Response.BodyWriter;
        while (true)
        {
            patience.CancelAfter(upstream.Timeouts.BetweenBytes);

            // Waits without a buffer: most streams wait most of the time.
            if (http.Response.ContentLength is null) _ = await from.ReadAsync(Memory<byte>.Empty, patience.Token);
            var memory = to.GetMemory(PieceBytes);
            var read = await from.ReadAsync(memory, patience.Token);
            if (read == 0) break;
            if (witness is not null) await witness.PassingAsync(memory[..read], http.Response.ContentLength, http.RequestAborted);
            to.Advance(read);
            await to.FlushAsync(http.RequestAborted);
        }

        if (witness is not null) await witness.EndedAsync(http.RequestAborted);
    }

    /// <summary>Errors are short, and the only place where an endpoint may quote its key.</summary>
    private static async Task RefuseAsync(HttpContext http, Upstream upstream, HttpResponseMessage response, CancellationTokenSource patience)
    {
        var bytes = await ReadAsync(await response.Content.ReadAsStreamAsync(patience.Token), ErrorBytes + 1, patience.Token);
        if (bytes.Length > ErrorBytes)
        {
            http.Response.Headers.Remove("Content-Encoding");
            throw new ApiException((int)response.StatusCode, $"The model endpoint refused the request in more than {ErrorBytes} bytes.") { Code = "upstream_error" };
        }

        if (http.Response.Headers.ContentEncoding.Count == 0)
        {
            var text = Encoding.UTF8.GetString(bytes.Span);
            var masked = upstream.Mask(text);
            if (masked != text) bytes = Encoding.UTF8.GetBytes(masked);
        }

        http.Response.ContentLength = bytes.Length;
        await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
    }

    /// <summary>At most so many bytes; what follows them is left.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(Stream from, int maxBytes, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(PieceBytes);
        while (buffer.WrittenCount < maxBytes)
        {
            var memory = buffer.GetMemory(PieceBytes);
            var read = await from.ReadAsync(memory[..Math.Min(memory.Length, maxBytes - buffer.WrittenCount)], cancellationToken);
            if (read == 0) break;
            buffer.Advance(read);
        }

        return buffer.WrittenMemory;
    }
}

/// <summary>Sees an answer on its way to the caller.</summary>
internal interface IWitness
{
    /// <summary>Before the piece is sent.</summary>
    /// <param name="length">Of the whole answer; null when it was not announced.</param>
    ValueTask PassingAsync(ReadOnlyMemory<byte> piece, long? length, CancellationToken cancellationToken);

    /// <summary>After the last piece was sent, before the answer ends.</summary>
    ValueTask EndedAsync(CancellationToken cancellationToken);
}
