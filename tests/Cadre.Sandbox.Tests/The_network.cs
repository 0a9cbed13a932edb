using System.Net;
using System.Net.Sockets;
using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Tests;

public sealed class The_network
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<SandboxLevel, string> Addresses => new()
    {
        { SandboxLevel.Bubblewrap, "127.0.0.1" },
        { SandboxLevel.Bubblewrap, "::1" },
        { SandboxLevel.Landlock, "127.0.0.1" },
        { SandboxLevel.Landlock, "::1" },
    };

    [Theory, MemberData(nameof(Addresses))]
    public async Task is_not_there_for_tcp(SandboxLevel level, string address)
    {
        using var workspace = new Workspace();
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var result = await Machine.Sandbox(level).RunAsync(workspace.Command().Probing("tcp", address, $"{port}"), null, Cancellation);

        Assert.Equal((3, ""), (result.ExitCode, result.Stderr));
        Assert.False(listener.Pending());
    }

    [Theory, MemberData(nameof(Addresses))]
    public async Task is_not_there_for_udp(SandboxLevel level, string address)
    {
        using var workspace = new Workspace();
        using var listener = new UdpClient(new IPEndPoint(IPAddress.Parse(address), 0));
        var port = ((IPEndPoint)listener.Client.LocalEndPoint!).Port;

        await Machine.Sandbox(level).RunAsync(workspace.Command().Probing("udp", address, $"{port}"), null, Cancellation);

        Assert.Equal(0, listener.Available);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task has_no_abstract_sockets_of_the_host(SandboxLevel level)
    {
        using var workspace = new Workspace();
        var name = $"cadre-{Guid.NewGuid():N}";
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint("\0" + name));
        listener.Listen();

        var result = await Machine.Sandbox(level).RunAsync(workspace.Command().Probing("abstract", name), null, Cancellation);

        Assert.Equal((3, ""), (result.ExitCode, result.Stderr));
        Assert.False(listener.Poll(0, SelectMode.SelectRead));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task is_the_hosts_when_it_is_allowed(SandboxLevel level)
    {
        using var workspace = new Workspace();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var result = await Machine.Sandbox(level).RunAsync(workspace.Command().Probing("tcp", "127.0.0.1", $"{port}") with { Network = true }, null, Cancellation);

        Assert.Equal((0, "connected\n"), (result.ExitCode, result.Stdout));
    }
}
