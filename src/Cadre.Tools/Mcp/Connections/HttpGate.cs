using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>
/// Decides about the address that is really dialled: the policy judges the host; a name that leads to a private address needs a rule for that
/// address too; loopback only where mcp.json itself says so; link-local and other special addresses never. Each attempt is in the audit.
/// </summary>
internal sealed class HttpGate(string endpoint, Uri url, Func<HostUse, Verdict> judge, IAudit audit, TimeProvider time)
{
    private static readonly Verdict OperatorsWord = new(VerdictKind.Allow, "mcp.json", "A loopback address that the operator wrote.");
    private static readonly Verdict OtherHost = new(VerdictKind.Deny, "mcp.same_host", "Not the host that mcp.json names.");
    private static readonly Verdict NoAddress = new(VerdictKind.Deny, "mcp.address", "The name leads to a loopback, link-local or reserved address.");

    public static bool IsLoopback(Uri url) =>
        url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(url.DnsSafeHost, out var address) && AddressKinds.Of(address) == AddressKind.Loopback);

    public static HostUse Use(Uri url) => new(url.Scheme, url.DnsSafeHost.TrimEnd('.').ToLowerInvariant(), url.Port);

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(target.Host.Trim('[', ']'), out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var refusal = NoAddress;
        foreach (var address in addresses)
        {
            var verdict = Judge(target, address);
            await audit.WriteAsync(Entry(target, address, verdict), cancellationToken);
            if (verdict.Kind == VerdictKind.Allow) return await DialAsync(address, target.Port, cancellationToken);
            refusal = verdict;
        }

        throw new HttpRequestException($"{target.Host} was not dialled: {refusal.Because} (rule {refusal.Rule})");
    }

    public Verdict Judge(DnsEndPoint target, IPAddress address)
    {
        var kind = AddressKinds.Of(address);
        if (target.Port != url.Port || !target.Host.Trim('[', ']').Equals(url.DnsSafeHost, StringComparison.OrdinalIgnoreCase)) return OtherHost;
        if (IsLoopback(url)) return kind == AddressKind.Loopback ? OperatorsWord : NoAddress;
        if (kind is AddressKind.Loopback or AddressKind.Special) return NoAddress;
        var verdict = judge(Use(url));
        return kind == AddressKind.Private && verdict.Kind == VerdictKind.Allow ? judge(new(url.Scheme, address.ToString(), url.Port)) : verdict;
    }

    private static async ValueTask<Stream> DialAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private AuditEntry Entry(DnsEndPoint target, IPAddress address, Verdict verdict) => new(time.GetUtcNow(), AuditKinds.Network, "system", null, null, new Dictionary<string, string>
    {
        ["source"] = $"mcp:{endpoint}",
        ["scheme"] = url.Scheme,
        ["host"] = target.Host,
        ["port"] = target.Port.ToString(CultureInfo.InvariantCulture),
        ["address"] = address.ToString(),
        ["verdict"] = verdict.Kind.ToString().ToLowerInvariant(),
        ["rule"] = verdict.Rule,
    });
}
