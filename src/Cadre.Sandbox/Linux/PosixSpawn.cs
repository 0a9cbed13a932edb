using System.Runtime.InteropServices;
using System.Text;

namespace Cadre.Sandbox.Linux;

/// <summary>What a child begins with, and nothing besides: program, arguments, environment, and its descriptors 0, 1, 2, …</summary>
internal sealed record Spawn(
    string Program,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<string> Environment,
    IReadOnlyList<Descriptor> Descriptors)
{
    /// <summary>What the program sees as its own name, argument 0.</summary>
    public string Name { get; init; } = Program;
}

/// <summary>
/// Starts a program by posix_spawn: a new session, default signals, exactly the descriptors given. .NET's own
/// <c>Process</c> cannot pass a descriptor and leaks those that this process inherited.
/// </summary>
internal static unsafe partial class PosixSpawn
{
    // Room for glibc's posix_spawnattr_t (336 bytes) and posix_spawn_file_actions_t (80 bytes), and musl's.
    private const int StructSize = 512;
    private const short SetSigDef = 0x04, SetSigMask = 0x08, SetSid = 0x80;

    /// <returns>The process id of the child. The caller's thread is the parent that <c>PDEATHSIG</c> watches.</returns>
    /// <exception cref="IOException">The program cannot be started.</exception>
    public static int Start(Spawn spawn)
    {
        var attributes = stackalloc byte[StructSize];
        var actions = stackalloc byte[StructSize];
        var signals = stackalloc byte[128];
        Check(AttrInit(attributes));
        Check(ActionsInit(actions));
        try
        {
            new Span<byte>(signals, 128).Clear();
            Check(AttrSetSigMask(attributes, signals));
            new Span<byte>(signals, 128).Fill(0xff);
            Check(AttrSetSigDefault(attributes, signals));
            Check(AttrSetFlags(attributes, SetSigDef | SetSigMask | SetSid));
            for (var number = 0; number < spawn.Descriptors.Count; number++)
                Check(ActionsAddDup2(actions, spawn.Descriptors[number].Number, number));
            Check(ActionsAddCloseFrom(actions, spawn.Descriptors.Count));

            using var arguments = new StringArray([spawn.Name, .. spawn.Arguments]);
            using var environment = new StringArray(spawn.Environment);
            var error = Call(out var pid, spawn.Program, actions, attributes, arguments.Pointer, environment.Pointer);
            return error == 0 ? pid : throw new IOException($"{spawn.Program}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
        finally
        {
            _ = ActionsDestroy(actions);
            _ = AttrDestroy(attributes);
        }
    }

    private static void Check(int error)
    {
        if (error != 0) throw new IOException($"posix_spawn: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    private sealed class StringArray : IDisposable
    {
        private readonly int _count;

        public StringArray(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                var bytes = Encoding.UTF8.GetBytes(strings[i]);
                Pointer[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
                bytes.CopyTo(new Span<byte>(Pointer[i], bytes.Length));
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++) NativeMemory.Free(Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Call(out int pid, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttrInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttrDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttrSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttrSetSigMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttrSetSigDefault(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsAddDup2(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static partial int ActionsAddCloseFrom(byte* actions, int from);
}
