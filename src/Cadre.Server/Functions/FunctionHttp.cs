using System.Net;
using System.Text;
using Cadre.Tools.Http;

namespace Cadre.Server.Functions;

/// <summary>The requests of declared functions, to public addresses unless the file allows others (<see cref="PublicDial"/>).</summary>
internal sealed class FunctionHttp : IDisposable
{
    /// <summary>Of an answer; the rest is cut.</summary>
    public const int MaxBytes = 256 << 10;

    private readonly HttpMessageInvoker _public = new(Handler(allowPrivate: false));
    private readonly HttpMessageInvoker _private = new(Handler(allowPrivate: true));

    public async ValueTask<(int Status, string Text)> SendAsync(HttpRequestMessage request, bool allowPrivate, CancellationToken cancellationToken)
    {
        using var response = await (allowPrivate ? _private : _public).SendAsync(request, cancellationToken);
        var bytes = await Upstreams.PassThrough.ReadAsync(await response.Content.ReadAsStreamAsync(cancellationToken), MaxBytes + 1, cancellationToken);
        var text = Encoding.UTF8.GetString(bytes.Span[..Math.Min(bytes.Length, MaxBytes)]);
        return ((int)response.StatusCode, bytes.Length > MaxBytes ? $"{text}\n[cut after {MaxBytes} bytes]" : text);
    }

    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }

    private static SocketsHttpHandler Handler(bool allowPrivate)
    {
        var handler = PublicDial.CreateHandler(_ => allowPrivate);
        handler.AutomaticDecompression = DecompressionMethods.All;
        handler.ActivityHeadersPropagator = null;
        return handler;
    }
}
