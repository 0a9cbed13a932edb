using System.Net;
using System.Net.Sockets;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// Opens the connections of one fetch. The address that is dialled is the one that was judged: names are resolved here and nowhere else, so
/// a name that answers differently the second time gains nothing.
/// </summary>
internal sealed class GuardedDial(ToolCall call, IReadOnlySet<string> privateHosts, IAudit audit, TimeProvider time)
{
    /// <summary>Why the last connection was not opened; null when it was.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The audit could not be written: nothing may go on.</summary>
    public Exception? BrokenAudit { get; private set; }

    public SocketsHttpHandler CreateHandler() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxResponseHeadersLength = 64,
        PreAuthenticate = false,
        Credentials = null,
        ConnectCallback = ConnectAsync,
    };

    public async ValueTask RecordAsync(string what, WebAddress to, IReadOnlyDictionary<string, string> more, CancellationToken cancellationToken)
    {
        var details = new Dictionary<string, string>(more) { ["tool"] = "fetch_url", ["what"] = what, ["url"] = to.WithoutQuery, ["host"] = to.Host.Host };
        await WriteAsync(details, cancellationToken);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host.Trim('[', ']').TrimEnd('.').ToLowerInvariant(), context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var mayBePrivate = privateHosts.Contains(host) || privateHosts.Contains($"{host}:{port}");
        var allowed = addresses.Where(address => mayBePrivate || AddressGate.IsPublic(address)).ToArray();
        if (allowed.Length == 0)
        {
            Refusal = $"'{host}' is at {string.Join(", ", addresses.Take(3).Select(address => address.ToString()))}, which is not a public address. Such addresses are not dialled unless the installation allows the host.";
            await RecordDialAsync(host, port, addresses, "refused", cancellationToken);
            throw new HttpRequestException(Refusal);
        }

        await RecordDialAsync(host, port, allowed, "allowed", cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private ValueTask RecordDialAsync(string host, int port, IPAddress[] addresses, string verdict, CancellationToken cancellationToken) => WriteAsync(
        new()
        {
            ["tool"] = "fetch_url",
            ["what"] = "dial",
            ["host"] = host,
            ["port"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["addresses"] = string.Join(' ', addresses.Take(8).Select(address => address.ToString())),
            ["verdict"] = verdict,
        },
        cancellationToken);

    private async ValueTask WriteAsync(Dictionary<string, string> details, CancellationToken cancellationToken)
    {
        (details[AuditDetails.Organisation], details[AuditDetails.User]) = (call.Owner.Organisation, call.Owner.User);
        try
        {
            await audit.WriteAsync(new(time.GetUtcNow(), AuditKinds.Network, $"user:{call.Owner.User}", call.Run, call.CallId, details), cancellationToken);
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            // The HTTP stack would turn it into a failed connection; it must stop the run instead.
            BrokenAudit = broken;
            throw;
        }
    }
}
