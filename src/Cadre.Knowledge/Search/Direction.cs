using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cadre.Knowledge.Search;

/// <summary>
/// A vector's direction, in a byte for each number: what two texts have in common is off by less than a hundredth, and a store is a quarter as large
/// and as slow to look through as with floats.
/// </summary>
internal sealed class Direction
{
    private const int ScaleBytes = sizeof(float);
    private const float Greatest = 127;

    private readonly sbyte[] _codes;
    private readonly short[] _wide;
    private readonly float _scale;

    /// <summary>Of a vector without a direction (zero, or not finite) the similarity to all others is zero.</summary>
    public Direction(ReadOnlySpan<float> vector)
    {
        var (length, greatest) = (0.0, 0f);
        foreach (var number in vector)
        {
            length += (double)number * number;
            greatest = Math.Max(greatest, Math.Abs(number));
        }

        _codes = new sbyte[vector.Length];
        _wide = new short[vector.Length];
        if (!double.IsFinite(length) || length == 0) return;
        for (var i = 0; i < vector.Length; i++) _wide[i] = _codes[i] = (sbyte)Math.Round(vector[i] / greatest * Greatest);

        // The codes' own length, so that the similarity of a vector to itself is one.
        _scale = (float)(1 / Math.Sqrt(Dot(_codes)));
    }

    public int Dimensions => _codes.Length;

    /// <summary>As it is stored: the scale, then the codes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[ScaleBytes + _codes.Length];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, _scale);
        MemoryMarshal.AsBytes(_codes.AsSpan()).CopyTo(bytes.AsSpan(ScaleBytes));
        return bytes;
    }

    public static int BytesOf(int dimensions) => ScaleBytes + dimensions;

    /// <summary>The cosine, -1 to 1, to a direction of the same number of dimensions.</summary>
    public float SimilarityTo(ReadOnlySpan<byte> stored) =>
        _scale * BinaryPrimitives.ReadSingleLittleEndian(stored) * Dot(MemoryMarshal.Cast<byte, sbyte>(stored[ScaleBytes..]));

    private int Dot(ReadOnlySpan<sbyte> codes)
    {
        var (i, total) = (0, 0);
        if (Avx2.IsSupported && codes.Length >= Vector128<sbyte>.Count)
        {
            ref var ours = ref MemoryMarshal.GetArrayDataReference(_wide);
            ref var theirs = ref MemoryMarshal.GetReference(codes);
            var (first, second) = (Vector256<int>.Zero, Vector256<int>.Zero);
            for (; i <= codes.Length - 2 * Vector128<sbyte>.Count; i += 2 * Vector128<sbyte>.Count)
            {
                var wideFirst = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref theirs, (nuint)i));
                var wideSecond = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref theirs, (nuint)(i + Vector128<sbyte>.Count)));
                first += Avx2.MultiplyAddAdjacent(wideFirst, Vector256.LoadUnsafe(ref ours, (nuint)i));
                second += Avx2.MultiplyAddAdjacent(wideSecond, Vector256.LoadUnsafe(ref ours, (nuint)(i + Vector128<sbyte>.Count)));
            }

            total = Vector256.Sum(first + second);
        }

        for (; i < codes.Length; i++) total += codes[i] * _wide[i];
        return total;
    }
}
