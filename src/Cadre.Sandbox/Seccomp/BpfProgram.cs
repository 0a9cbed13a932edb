using System.Buffers.Binary;

namespace Cadre.Sandbox.Seccomp;

/// <summary>A classic BPF program under construction, in the kernel's <c>struct sock_filter</c> layout (8 bytes an instruction).</summary>
internal sealed class BpfProgram
{
    private const ushort LoadWord = 0x20, JumpEqual = 0x15, JumpGreaterOrEqual = 0x35, JumpSet = 0x45, ReturnValue = 0x06;
    private readonly List<byte> _bytes = [];

    public BpfProgram Load(uint offset) => Add(LoadWord, 0, 0, offset);

    public BpfProgram Return(uint action) => Add(ReturnValue, 0, 0, action);

    /// <summary>Skips the next <paramref name="skip"/> instructions unless the loaded word equals <paramref name="value"/>.</summary>
    public BpfProgram UnlessEqual(uint value, byte skip) => Add(JumpEqual, 0, skip, value);

    /// <summary>Skips the next <paramref name="skip"/> instructions when the loaded word equals <paramref name="value"/>.</summary>
    public BpfProgram IfEqual(uint value, byte skip) => Add(JumpEqual, skip, 0, value);

    public BpfProgram UnlessAtLeast(uint value, byte skip) => Add(JumpGreaterOrEqual, 0, skip, value);

    /// <summary>Skips the next <paramref name="skip"/> instructions unless the loaded word has a bit of <paramref name="mask"/>.</summary>
    public BpfProgram UnlessAnyOf(uint mask, byte skip) => Add(JumpSet, 0, skip, mask);

    public byte[] ToArray() => [.. _bytes];

    private BpfProgram Add(ushort code, byte ifTrue, byte ifFalse, uint operand)
    {
        Span<byte> instruction = stackalloc byte[8];
        if (BitConverter.IsLittleEndian) BinaryPrimitives.WriteUInt16LittleEndian(instruction, code);
        else BinaryPrimitives.WriteUInt16BigEndian(instruction, code);
        instruction[2] = ifTrue;
        instruction[3] = ifFalse;
        if (BitConverter.IsLittleEndian) BinaryPrimitives.WriteUInt32LittleEndian(instruction[4..], operand);
        else BinaryPrimitives.WriteUInt32BigEndian(instruction[4..], operand);
        _bytes.AddRange(instruction);
        return this;
    }
}
