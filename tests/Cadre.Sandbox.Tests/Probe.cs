using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cadre.Engine.Ports;
using Cadre.Sandbox.Seccomp;

namespace Cadre.Sandbox.Tests;

/// <summary>What the test program does when it is run inside a sandbox, or as a launcher that will be killed.</summary>
internal static partial class Probe
{
    public const string Verb = "--probe";
    private const int Refused = 3;

    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["tcp", var address, var port]:
                return await ConnectAsync(IPAddress.Parse(address), int.Parse(port));
            case ["udp", var address, var port]:
                return await SendAsync(IPAddress.Parse(address), int.Parse(port));
            case ["abstract", var name]:
                return await ConnectAbstractAsync(name);
            case ["syscall", .. var numbers]:
                return Call([.. numbers.Select(long.Parse)]);
            case ["memory", var mebibytes]:
                return Allocate(int.Parse(mebibytes));
            case ["measure", var level, var cgroups, var rounds]:
                return await MeasureAsync(Machine.Sandbox(Enum.Parse<SandboxLevel>(level), bool.Parse(cgroups)), int.Parse(rounds));
            case ["refused"]:
                return CallRefused();
            case ["launch", var level, var cgroups, var directory, .. var guarded]:
                return await LaunchAsync(Enum.Parse<SandboxLevel>(level), bool.Parse(cgroups), directory, guarded);
            case ["peek", var level, var directory]:
                return await PeekAsync(Enum.Parse<SandboxLevel>(level), directory);
            default:
                Console.Error.WriteLine("unknown probe");
                return 2;
        }
    }

    private static async Task<int> ConnectAsync(IPAddress address, int port)
    {
        try
        {
            using var client = new TcpClient(address.AddressFamily);
            await client.ConnectAsync(address, port);
            Console.WriteLine("connected");
            return 0;
        }
        catch (SocketException failure)
        {
            Console.WriteLine(failure.SocketErrorCode);
            return Refused;
        }
    }

    private static async Task<int> SendAsync(IPAddress address, int port)
    {
        try
        {
            using var client = new UdpClient(address.AddressFamily);
            await client.SendAsync("hit"u8.ToArray(), new IPEndPoint(address, port));
            Console.WriteLine("sent");
            return 0;
        }
        catch (SocketException failure)
        {
            Console.WriteLine(failure.SocketErrorCode);
            return Refused;
        }
    }

    private static async Task<int> ConnectAbstractAsync(string name)
    {
        try
        {
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint("\0" + name));
            Console.WriteLine("connected");
            return 0;
        }
        catch (SocketException failure)
        {
            Console.WriteLine(failure.SocketErrorCode);
            return Refused;
        }
    }

    /// <summary>Prints the errno of a system call, 0 when it worked.</summary>
    private static int Call(long[] numbers)
    {
        nint Argument(int index) => index < numbers.Length ? (nint)numbers[index] : 0;
        var result = Syscall((nint)numbers[0], Argument(1), Argument(2), Argument(3), Argument(4));
        Console.WriteLine(result < 0 ? Marshal.GetLastPInvokeError() : 0);
        return 0;
    }

    private static unsafe int Allocate(int mebibytes)
    {
        for (var i = 0; i < mebibytes; i++)
        {
            var block = (byte*)NativeMemory.Alloc(1 << 20);
            new Span<byte>(block, 1 << 20).Fill(1);
        }

        Console.WriteLine("allocated");
        return 0;
    }

    private static async Task<int> LaunchAsync(SandboxLevel level, bool cgroups, string directory, string[] guarded)
    {
        var sandbox = Machine.Sandbox(level, cgroups);
        var command = new SandboxCommand(["sh", "-c", $"{Machine.Orphans(directory)} sleep 0.2; echo ready; sleep 600; : {directory}"], directory, SandboxLimits.Default) { Protected = guarded };
        await sandbox.RunAsync(command, Console.Out.Write, CancellationToken.None);
        return 0;
    }

    /// <summary>As a launcher: shows what a command can read of the launcher and of its wrapper.</summary>
    private static async Task<int> PeekAsync(SandboxLevel level, string directory)
    {
        var script = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/[0-9]*/maps | tr '\\0' '\\n'; strings -a /proc/1/mem; echo peeked";
        var result = await Machine.Sandbox(level).RunAsync(new SandboxCommand(["sh", "-c", script], directory, SandboxLimits.Default), null, CancellationToken.None);
        Console.WriteLine(result.Stdout);
        return 0;
    }

    /// <summary>Prints what it costs to find the sandbox and to run <c>true</c> in it, in milliseconds.</summary>
    private static async Task<int> MeasureAsync(HostSandbox sandbox, int rounds)
    {
        using var workspace = new Workspace();
        var watch = Stopwatch.StartNew();
        var report = await sandbox.ReportAsync(CancellationToken.None);
        Console.WriteLine($"{report} found in {watch.Elapsed.TotalMilliseconds:0.0}");
        foreach (var line in report.Limits.Concat(report.Warnings)) Console.WriteLine(line);
        var costs = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            watch.Restart();
            await sandbox.RunAsync(workspace.Command("true") with { Protected = [".git", "policies"] }, null, CancellationToken.None);
            costs.Add(watch.Elapsed.TotalMilliseconds);
        }

        costs.Sort();
        Console.WriteLine($"median {costs[rounds / 2]:0.0}, p95 {costs[rounds * 95 / 100]:0.0}");
        return 0;
    }

    /// <summary>Prints each call of the filter's list that is not refused with EPERM.</summary>
    private static int CallRefused()
    {
        const int refused = 1;
        foreach (var call in SyscallTable.Current!.Refused)
            if (Syscall((nint)call, -1, -1, -1, -1) >= 0 || Marshal.GetLastPInvokeError() != refused) Console.WriteLine(call);
        Console.WriteLine("done");
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint first, nint second, nint third, nint fourth);
}
