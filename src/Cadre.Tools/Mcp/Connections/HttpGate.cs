using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>Dials for an endpoint what its rules allow, and nothing else. Each attempt is in the audit.</summary>
/// <param name="only">The one host and port to dial; null: any that the rules allow, as signing in needs.</param>
internal sealed class HttpGate(string endpoint, DialRules rules, Uri? only, IAudit audit, TimeProvider time)
{
    private static readonly Verdict OtherHost = new(VerdictKind.Deny, "mcp.same_host", "Not the host that the endpoint names.");
    private static readonly Verdict Nowhere = new(VerdictKind.Deny, "mcp.address", "The name leads nowhere.");

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;
        var use = DialRules.Use(context.InitialRequestMessage.RequestUri!.Scheme, target.Host, target.Port);
        IPAddress[] addresses = IPAddress.TryParse(use.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(use.Host, cancellationToken);
        var refusal = Nowhere;
        foreach (var address in addresses)
        {
            var verdict = Judge(use, address);
            await audit.WriteAsync(Entry(use, address, verdict), cancellationToken);
            if (verdict.Kind == VerdictKind.Allow) return await DialAsync(address, target.Port, cancellationToken);
            refusal = verdict;
        }

        throw new HttpRequestException($"{target.Host} was not dialled: {refusal.Because} (rule {refusal.Rule})");
    }

    public Verdict Judge(HostUse use, IPAddress address) => only is null || use == DialRules.Use(only) ? rules.JudgeAddress(use, address) : OtherHost;

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

    private AuditEntry Entry(HostUse use, IPAddress address, Verdict verdict) => new(time.GetUtcNow(), AuditKinds.Network, "system", null, null, new Dictionary<string, string>
    {
        ["source"] = $"mcp:{endpoint}",
        ["scheme"] = use.Scheme,
        ["host"] = use.Host,
        ["port"] = use.Port.ToString(CultureInfo.InvariantCulture),
        ["address"] = address.ToString(),
        ["verdict"] = verdict.Kind.ToString().ToLowerInvariant(),
        ["rule"] = verdict.Rule,
    });
}
