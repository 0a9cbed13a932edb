using System.Numerics;

namespace Cadre.Simulator.Http;

/// <summary>A bag of hashed words and of their three-letter pieces, as a unit vector.</summary>
internal static class EmbeddingVector
{
    public const int DefaultDimensions = 1_536;
    public const int MaxDimensions = 8_192;

    private const int PieceLength = 3;
    private const float PieceWeight = 0.25f;

    public static float[] Of(string text, int dimensions)
    {
        var vector = new float[dimensions];
        Span<char> word = stackalloc char[64];
        var length = 0;
        foreach (var character in text)
        {
            if (char.IsLetterOrDigit(character) && length < word.Length)
            {
                word[length++] = char.ToLowerInvariant(character);
            }
            else if (!char.IsLetterOrDigit(character))
            {
                AddWord(vector, word[..length]);
                length = 0;
            }
        }

        AddWord(vector, word[..length]);
        Normalise(vector);
        return vector;
    }

    private static void AddWord(float[] vector, ReadOnlySpan<char> word)
    {
        if (word.IsEmpty)
        {
            return;
        }

        Add(vector, word, 1);
        for (var i = 0; i + PieceLength <= word.Length; i++)
        {
            Add(vector, word.Slice(i, PieceLength), PieceWeight);
        }
    }

    private static void Add(float[] vector, ReadOnlySpan<char> piece, float weight)
    {
        // FNV-1a: the same on every machine and in every version, unlike string.GetHashCode.
        var hash = 14695981039346656037UL;
        foreach (var character in piece)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        hash ^= BitOperations.RotateLeft(hash, 31);
        vector[(int)(hash % (ulong)vector.Length)] += (hash >> 63) == 0 ? weight : -weight;
    }

    private static void Normalise(float[] vector)
    {
        double sum = 0;
        foreach (var number in vector)
        {
            sum += number * number;
        }

        if (sum == 0)
        {
            vector[0] = 1;
            return;
        }

        var length = Math.Sqrt(sum);
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(vector[i] / length);
        }
    }
}
