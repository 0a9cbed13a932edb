using System.Net;
using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Tests.Workspaces;

public sealed class AddressGateTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("192.0.0.192")]
    [InlineData("198.18.0.1")]
    [InlineData("192.88.99.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:a9fe:a9fe")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2600:1234::5efe:10.0.0.1")]
    [InlineData("2600:1234::200:5efe:127.0.0.1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("5f00::1")]
    public void An_address_for_special_use_is_not_public(string address) => Assert.False(AddressGate.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("192.167.1.1")]
    [InlineData("223.255.255.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2600:1f18::1")]
    [InlineData("2a00:1450:4001:81b::200e")]
    public void Other_addresses_are(string address) => Assert.True(AddressGate.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://EXAMPLE.com./x", "http", "example.com", 80)]
    [InlineData("https://example.com:8443/", "https", "example.com", 8443)]
    [InlineData("http://2130706433/", "http", "127.0.0.1", 80)]
    [InlineData("http://0177.0.0.1/", "http", "127.0.0.1", 80)]
    [InlineData("http://0x7f.1/", "http", "127.0.0.1", 80)]
    [InlineData("http://[::1]:81/", "http", "::1", 81)]
    [InlineData("https://bücher.example/", "https", "xn--bcher-kva.example", 443)]
    public void The_policy_sees_the_host_that_is_dialled(string url, string scheme, string host, int port)
    {
        Assert.True(WebAddress.TryParse(url, out var address, out _));
        Assert.Equal(new(scheme, host, port), address.Host);
    }

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("example.com")]
    [InlineData("//example.com/")]
    [InlineData("http://")]
    [InlineData("http://user@example.com/")]
    [InlineData("http://good.example@127.0.0.1/")]
    [InlineData("http://example.com\\@127.0.0.1/")]
    [InlineData("http://exam ple.com/")]
    [InlineData("http://example.com/\r\nX: y")]
    [InlineData("http://example.com:99999/")]
    public void What_is_not_plainly_a_web_address_is_not_fetched(string url) => Assert.False(WebAddress.TryParse(url, out _, out _));
}
