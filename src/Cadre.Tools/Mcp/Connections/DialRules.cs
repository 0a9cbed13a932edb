using System.Collections.Immutable;
using System.Net;
using Cadre.Engine.Policies;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>
/// Decides about the address that is really dialled for an endpoint: the policy judges the host; a name that leads to a private address needs a rule for that
/// address too; loopback only by the operator's word; link-local and other special addresses never.
/// </summary>
/// <param name="Judge">The network policy.</param>
/// <param name="PrivateHosts">See <see cref="McpOptions.PrivateHosts"/>.</param>
internal sealed record DialRules(Uri Endpoint, Func<HostUse, Verdict> Judge, ImmutableHashSet<string>? PrivateHosts)
{
    private static readonly Verdict Written = new(VerdictKind.Allow, "mcp.json", "A loopback address that the operator wrote.");
    private static readonly Verdict Named = new(VerdictKind.Allow, "private_hosts", "The operator names this host.");
    private static readonly Verdict NoAddress = new(VerdictKind.Deny, "mcp.address", "The name leads to a loopback, link-local or reserved address.");

    public static HostUse Use(Uri url) => Use(url.Scheme, url.DnsSafeHost, url.Port);

    public static HostUse Use(string scheme, string host, int port) => new(scheme, host.Trim('[', ']').TrimEnd('.').ToLowerInvariant(), port);

    /// <summary>Whether the operator wrote this host down as one to be spoken to; such a one may be spoken to without TLS.</summary>
    public bool IsOperatorsWord(HostUse use) => PrivateHosts is { } hosts
        ? hosts.Contains(use.Host) || hosts.Contains($"{use.Host}:{use.Port}")
        : IsLoopback(Use(Endpoint)) && IsLoopback(use);

    public Verdict JudgeAddress(HostUse use, IPAddress address)
    {
        var kind = AddressKinds.Of(address);
        if (IsOperatorsWord(use))
        {
            if (PrivateHosts is null) return kind == AddressKind.Loopback ? Written : NoAddress;
            return kind == AddressKind.Special ? NoAddress : Named;
        }

        if (kind is AddressKind.Loopback or AddressKind.Special) return NoAddress;
        var verdict = Judge(use);
        return kind == AddressKind.Private && verdict.Kind == VerdictKind.Allow ? Judge(use with { Host = address.ToString() }) : verdict;
    }

    private static bool IsLoopback(HostUse use) =>
        use.Host == "localhost" || (IPAddress.TryParse(use.Host, out var address) && AddressKinds.Of(address) == AddressKind.Loopback);
}
