using System.Runtime.InteropServices;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Landlock;

/// <summary>Takes every right from the calling thread, and from all that it starts, that the plan does not name. There is no way back.</summary>
internal static unsafe class ThreadRestriction
{
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public byte* Instructions;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilityHeader
    {
        public uint Version;
        public int Pid;
    }

    /// <exception cref="IOException">A restriction did not come into force.</exception>
    public static void Apply(LandlockPlan plan)
    {
        const int setNoNewPrivileges = 38, setSeccomp = 22;
        const ulong filterMode = 2;
        DropCapabilities();
        Check(Libc.PrCtl(setNoNewPrivileges, 1, 0, 0, 0), "no_new_privs");
        LandlockRuleset.Restrict(plan.Rules, plan.Network);
        fixed (byte* instructions = plan.Filter)
        {
            var program = new FilterProgram { Length = (ushort)(plan.Filter.Length / 8), Instructions = instructions };
            Check(Libc.PrCtl(setSeccomp, filterMode, (ulong)&program, 0, 0), "seccomp");
        }
    }

    private static void DropCapabilities()
    {
        const int readBounding = 23, dropBounding = 24, ambient = 47;
        const ulong clearAmbient = 4;
        for (ulong capability = 0; Libc.PrCtl(readBounding, capability, 0, 0, 0) is >= 0 and var held; capability++)
            if (held == 1 && Libc.GetUid() == 0) Check(Libc.PrCtl(dropBounding, capability, 0, 0, 0), "capabilities");
        Check(Libc.PrCtl(ambient, clearAmbient, 0, 0, 0), "capabilities");

        const uint version3 = 0x20080522;
        var header = new CapabilityHeader { Version = version3 };
        var none = stackalloc uint[6];
        new Span<uint>(none, 6).Clear();
        Check(Libc.CapSet(&header, none), "capset");
    }

    private static void Check(int result, string what)
    {
        if (result != 0) throw Libc.LastError(what);
    }
}
