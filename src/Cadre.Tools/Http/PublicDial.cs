using System.Net;
using System.Net.Sockets;
using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Http;

/// <summary>
/// Makes HTTP handlers that dial public addresses only. The address that is judged is the one that is dialled, so a name that answers differently the second time
/// gains nothing; no proxy is used, and no redirect is followed.
/// </summary>
public static class PublicDial
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <param name="mayBePrivate">Whether this host (lower case) or "host:port" is allowed wherever it is.</param>
    public static SocketsHttpHandler CreateHandler(Func<string, bool> mayBePrivate) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = ConnectTimeout,
        MaxResponseHeadersLength = 64,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, mayBePrivate, cancellationToken),
    };

    /// <exception cref="PrivateAddressException">Every address of the host is private.</exception>
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, Func<string, bool> mayBePrivate, CancellationToken cancellationToken)
    {
        var host = to.Host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var isAllowed = mayBePrivate(host) || mayBePrivate($"{host}:{to.Port}");
        var allowed = addresses.Where(address => isAllowed || AddressGate.IsPublic(address)).ToArray();
        if (allowed.Length == 0) throw new PrivateAddressException(host);
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

/// <summary>A host was refused because it is at no public address.</summary>
public sealed class PrivateAddressException(string host) : HttpRequestException($"'{host}' is not at a public address, and nobody has allowed it.");
