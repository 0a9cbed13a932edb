using System.Numerics;
using System.Runtime.InteropServices;

namespace Cadre.Knowledge.Search;

internal static class Vectors
{
    /// <summary>Of length 1, so that a product is a cosine. A vector without a direction stays zero.</summary>
    public static float[] Normalised(ReadOnlySpan<float> vector)
    {
        var length = MathF.Sqrt(Dot(vector, vector));
        var normalised = new float[vector.Length];
        if (!float.IsFinite(length) || length == 0) return normalised;
        for (var i = 0; i < vector.Length; i++) normalised[i] = vector[i] / length;
        return normalised;
    }

    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = Vector<float>.Zero;
        var wideA = MemoryMarshal.Cast<float, Vector<float>>(a);
        var wideB = MemoryMarshal.Cast<float, Vector<float>>(b);
        for (var i = 0; i < wideA.Length; i++) sum += wideA[i] * wideB[i];
        var total = Vector.Sum(sum);
        for (var i = wideA.Length * Vector<float>.Count; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }
}
