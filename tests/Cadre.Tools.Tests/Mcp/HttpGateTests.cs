using System.Net;
using Cadre.Engine.Policies;
using Cadre.Tools.Mcp.Connections;

namespace Cadre.Tools.Tests.Mcp;

public sealed class HttpGateTests
{
    [Theory]
    [InlineData("127.0.0.1", "Loopback")]
    [InlineData("127.8.8.8", "Loopback")]
    [InlineData("::1", "Loopback")]
    [InlineData("::ffff:127.0.0.1", "Loopback")]
    [InlineData("10.0.0.5", "Private")]
    [InlineData("172.31.255.1", "Private")]
    [InlineData("172.32.0.1", "Public")]
    [InlineData("192.168.1.1", "Private")]
    [InlineData("100.64.0.1", "Private")]
    [InlineData("fd00::1", "Private")]
    [InlineData("::ffff:10.0.0.1", "Private")]
    [InlineData("169.254.169.254", "Special")]
    [InlineData("::ffff:169.254.169.254", "Special")]
    [InlineData("fe80::1", "Special")]
    [InlineData("0.0.0.0", "Special")]
    [InlineData("::", "Special")]
    [InlineData("224.0.0.1", "Special")]
    [InlineData("255.255.255.255", "Special")]
    [InlineData("64:ff9b::7f00:1", "Special")]
    [InlineData("2002:7f00:1::", "Special")]
    [InlineData("::127.0.0.1", "Special")]
    [InlineData("93.184.216.34", "Public")]
    [InlineData("2606:2800:220:1::1", "Public")]
    public void An_address_is_known_for_where_it_leads(string address, string kind) => Assert.Equal(kind, AddressKinds.Of(IPAddress.Parse(address)).ToString());

    [Theory]
    [InlineData("https://hub.example/", "93.184.216.34", VerdictKind.Allow)]
    [InlineData("https://hub.example/", "10.0.0.5", VerdictKind.Deny)]
    [InlineData("https://intranet.example/", "10.0.0.6", VerdictKind.Allow)]
    [InlineData("https://hub.example/", "127.0.0.1", VerdictKind.Deny)]
    [InlineData("https://hub.example/", "169.254.169.254", VerdictKind.Deny)]
    [InlineData("https://other.example/", "93.184.216.34", VerdictKind.Deny)]
    [InlineData("http://127.0.0.1/", "127.0.0.1", VerdictKind.Allow)]
    [InlineData("http://localhost/", "127.0.0.1", VerdictKind.Allow)]
    [InlineData("http://localhost/", "93.184.216.34", VerdictKind.Deny)]
    [InlineData("http://[::1]/", "::1", VerdictKind.Allow)]
    [InlineData("http://169.254.169.254/", "169.254.169.254", VerdictKind.Deny)]
    public void What_counts_is_the_address_that_is_dialled(string url, string address, VerdictKind expected)
    {
        var gate = Gate(url, use => use.Host is "hub.example" or "intranet.example" or "10.0.0.6" or "169.254.169.254");

        Assert.Equal(expected, gate.Judge(DialRules.Use(new(url)), IPAddress.Parse(address)).Kind);
    }

    [Fact]
    public void Another_host_or_port_than_the_configured_one_is_never_dialled()
    {
        var gate = Gate("https://hub.example/", _ => true);

        Assert.Equal(VerdictKind.Deny, gate.Judge(new("https", "evil.example", 443), IPAddress.Parse("93.184.216.34")).Kind);
        Assert.Equal(VerdictKind.Deny, gate.Judge(new("https", "hub.example", 8443), IPAddress.Parse("93.184.216.34")).Kind);
    }

    private static HttpGate Gate(string url, Func<HostUse, bool> allows) =>
        new("x", new(new(url), use => new(allows(use) ? VerdictKind.Allow : VerdictKind.Deny, "r", "b"), null), new(url), new AuditLog(), TimeProvider.System);
}
