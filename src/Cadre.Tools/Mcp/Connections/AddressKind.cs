using System.Net;
using System.Net.Sockets;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>Where an address leads, by the registries of special-purpose addresses (RFC 6890 and its updates).</summary>
internal enum AddressKind
{
    Public,
    Private,
    Loopback,

    /// <summary>Link-local (cloud metadata lives there), multicast, unspecified, reserved, and tunnels that hide another address.</summary>
    Special,
}

internal static class AddressKinds
{
    private static readonly IPNetwork[] Private = Networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

    private static readonly IPNetwork[] Special = Networks(
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "fe80::/10", "fec0::/10", "ff00::/8");

    public static AddressKind Of(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain)) return AddressKind.Loopback;
        if (plain.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)) return AddressKind.Special;
        if (Special.Any(network => network.Contains(plain))) return AddressKind.Special;
        return Private.Any(network => network.Contains(plain)) ? AddressKind.Private : AddressKind.Public;
    }

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(text => IPNetwork.Parse(text))];
}
