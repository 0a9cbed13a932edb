using System.Net;
using System.Net.Sockets;
using System.Text;
using Cadre.Tools.Workspaces;

namespace Cadre.Server.Functions;

/// <summary>
/// The requests of declared functions. The address that is dialled is the one that was judged: names are resolved here and nowhere else. Redirects are not followed, the
/// environment's proxy is not used.
/// </summary>
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

    private static SocketsHttpHandler Handler(bool allowPrivate) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxResponseHeadersLength = 64,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, allowPrivate, cancellationToken),
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, bool allowPrivate, CancellationToken cancellationToken)
    {
        var host = to.Host.Trim('[', ']');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = addresses.Where(address => allowPrivate || AddressGate.IsPublic(address)).ToArray();
        if (allowed.Length == 0) throw new HttpRequestException($"'{host}' is not at a public address, and the function's file does not set allow_private.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, to.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
