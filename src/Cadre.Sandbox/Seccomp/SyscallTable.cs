using System.Runtime.InteropServices;

namespace Cadre.Sandbox.Seccomp;

/// <summary>System call numbers of one architecture, from the kernel's <c>unistd</c> tables.</summary>
/// <param name="AuditArch">The kernel's name for the architecture in <c>seccomp_data.arch</c>.</param>
/// <param name="ForeignBit">Numbers from here up belong to another calling convention (x32); 0 when there is none.</param>
/// <param name="Refused">Never allowed inside: see <see cref="SeccompFilter"/>.</param>
internal sealed record SyscallTable(
    uint AuditArch,
    uint ForeignBit,
    IReadOnlyList<uint> Refused,
    SyscallTable.Filtered Calls)
{
    /// <summary>Calls that are judged by their arguments.</summary>
    internal sealed record Filtered(uint Socket, uint CloneChild, uint Clone3, uint Unshare, uint IoCtl, uint PTrace);

    // Same numbers on every architecture: calls younger than 5.1.
    private static readonly uint[] Unified =
    [
        425, 426, 427, // io_uring_setup, io_uring_enter, io_uring_register
        428, 429, 430, 431, 432, 433, 442, 467, // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr, open_tree_attr
        438, 443, // pidfd_getfd, quotactl_fd
    ];

    public static SyscallTable X64 { get; } = new(
        AuditArch: 0xC000003E,
        ForeignBit: 0x40000000,
        Refused:
        [
            .. Unified,
            248, 249, 250, // add_key, request_key, keyctl
            323, 321, 298, // userfaultfd, bpf, perf_event_open
            165, 166, 155, 161, 308, // mount, umount2, pivot_root, chroot, setns
            167, 168, 169, 246, 320, // swapon, swapoff, reboot, kexec_load, kexec_file_load
            174, 175, 313, 176, 177, 178, // create_module, init_module, finit_module, delete_module, get_kernel_syms, query_module
            163, 179, 103, 300, 312, // acct, quotactl, syslog, fanotify_init, kcmp
            303, 304, // name_to_handle_at, open_by_handle_at
            310, 311, // process_vm_readv, process_vm_writev
            172, 173, 154, 134, 136, 139, 156, 180, 212, // iopl, ioperm, modify_ldt, uselib, ustat, sysfs, _sysctl, nfsservctl, lookup_dcookie
        ],
        new Filtered(Socket: 41, CloneChild: 56, Clone3: 435, Unshare: 272, IoCtl: 16, PTrace: 101));

    public static SyscallTable Arm64 { get; } = new(
        AuditArch: 0xC00000B7,
        ForeignBit: 0,
        Refused:
        [
            .. Unified,
            217, 218, 219, // add_key, request_key, keyctl
            282, 280, 241, // userfaultfd, bpf, perf_event_open
            40, 39, 41, 51, 268, // mount, umount2, pivot_root, chroot, setns
            224, 225, 142, 104, 294, // swapon, swapoff, reboot, kexec_load, kexec_file_load
            105, 273, 106, // init_module, finit_module, delete_module
            89, 60, 116, 262, 272, // acct, quotactl, syslog, fanotify_init, kcmp
            264, 265, // name_to_handle_at, open_by_handle_at
            270, 271, // process_vm_readv, process_vm_writev
            42, 18, // nfsservctl, lookup_dcookie
        ],
        new Filtered(Socket: 198, CloneChild: 220, Clone3: 435, Unshare: 97, IoCtl: 29, PTrace: 117));

    /// <summary>The table of this machine; null when Cadre has none, and then no sandbox.</summary>
    public static SyscallTable? Current => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => null,
    };
}
