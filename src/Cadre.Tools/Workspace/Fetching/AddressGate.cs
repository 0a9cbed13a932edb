using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Cadre.Tools.Workspaces;

/// <summary>Which addresses are public. Everything IANA keeps for special use is not, and neither is an IPv6 form that carries such an IPv4 address.</summary>
internal static class AddressGate
{
    private static readonly IPNetwork[] Special =
    [
        .. Networks(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
            "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),

        // Of IPv6 only 2000::/3 is given out at all; these are the special parts of it.
        .. Networks("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return IsPublic(address.MapToIPv4());
        if (address.AddressFamily == AddressFamily.InterNetwork) return !Array.Exists(Special, network => network.Contains(address));
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.ScopeId != 0) return false;

        // A translated address is as public as the IPv4 address that it stands for.
        if (Nat64.Contains(address)) return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        return GlobalUnicast.Contains(address) && !Array.Exists(Special, network => network.Contains(address)) && !CarriesPrivate(address);
    }

    // ISATAP: ::0:5efe:a.b.c.d in the last 64 bits.
    private static bool CarriesPrivate(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8)) & ~0x0200_0000u) == 0x0000_5efe && !IsPublic(new IPAddress(bytes.AsSpan(12)));
    }

    private static IEnumerable<IPNetwork> Networks(params IEnumerable<string> texts) => texts.Select(text => IPNetwork.Parse(text));
}
