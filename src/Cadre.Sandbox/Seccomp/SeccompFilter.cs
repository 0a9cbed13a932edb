namespace Cadre.Sandbox.Seccomp;

/// <summary>Which kinds of socket a command may make.</summary>
internal enum SocketFamilies
{
    /// <summary>None but <c>socketpair</c>.</summary>
    None,

    /// <summary>AF_INET and AF_INET6.</summary>
    Internet,

    /// <summary>AF_UNIX, AF_INET and AF_INET6: safe where the namespaces are the command's own.</summary>
    Local,
}

/// <summary>
/// The system calls that are refused inside every sandbox, as a BPF program for the kernel. Namespaces do not hold these back:
/// other socket families (vsock reaches the hypervisor), io_uring (makes sockets past this filter), kernel keys, new namespaces,
/// mounts, modules, typing into the terminal (TIOCSTI).
/// </summary>
internal static class SeccompFilter
{
    private const uint Allow = 0x7fff0000, KillProcess = 0x80000000, Errno = 0x00050000;
    private const uint EPerm = 1, ENoSys = 38, EAfNoSupport = 97;

    // Offsets in struct seccomp_data; the low words of the arguments, which are all the kernel looks at in these calls.
    private const uint Number = 0, Arch = 4, FirstArgument = 16, SecondArgument = 24;

    // CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET; NEWTIME is a flag of unshare only.
    private const uint NewNamespaces = 0x7E020000, NewTime = 0x80;
    private const uint TioCSti = 0x5412, TioCLinux = 0x541C;

    public static byte[] Assemble(SyscallTable table, SocketFamilies sockets, bool allowPTrace)
    {
        var program = new BpfProgram()
            .Load(Arch).IfEqual(table.AuditArch, 1).Return(KillProcess)
            .Load(Number);
        if (table.ForeignBit != 0) program.UnlessAtLeast(table.ForeignBit, 1).Return(Errno | ENoSys);
        foreach (var call in table.Refused) program.UnlessEqual(call, 1).Return(Errno | EPerm);
        if (!allowPTrace) program.UnlessEqual(table.Calls.PTrace, 1).Return(Errno | EPerm);

        // The flags of clone3 lie behind a pointer; ENOSYS makes every C library fall back to clone, whose flags are seen.
        program.UnlessEqual(table.Calls.Clone3, 1).Return(Errno | ENoSys);
        RefuseFlags(program, table.Calls.CloneChild, NewNamespaces);
        RefuseFlags(program, table.Calls.Unshare, NewNamespaces | NewTime);
        program.UnlessEqual(table.Calls.IoCtl, 5)
            .Load(SecondArgument)
            .IfEqual(TioCSti, 1).UnlessEqual(TioCLinux, 1).Return(Errno | EPerm).Return(Allow);
        AllowFamilies(program, table.Calls.Socket, sockets);
        return program.Return(Allow).ToArray();
    }

    private static void RefuseFlags(BpfProgram program, uint call, uint flags) =>
        program.UnlessEqual(call, 4)
            .Load(FirstArgument).UnlessAnyOf(flags, 1).Return(Errno | EPerm).Return(Allow);

    private static void AllowFamilies(BpfProgram program, uint call, SocketFamilies sockets)
    {
        const uint unix = 1, inet = 2, inet6 = 10;
        uint[] families = sockets switch
        {
            SocketFamilies.None => [],
            SocketFamilies.Internet => [inet, inet6],
            SocketFamilies.Local => [unix, inet, inet6],
        };
        program.UnlessEqual(call, (byte)(2 + 2 * families.Length)).Load(FirstArgument);
        foreach (var family in families) program.UnlessEqual(family, 1).Return(Allow);
        program.Return(Errno | EAfNoSupport);
    }
}
