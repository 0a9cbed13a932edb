namespace Cadre.Simulator.Answers;

/// <summary>Splits text for a stream without parting surrogate pairs.</summary>
internal static class Chunks
{
    public static int Next(string text, int start, int size)
    {
        var end = Math.Min(text.Length, start + Math.Max(1, size));
        return end < text.Length && char.IsHighSurrogate(text[end - 1]) ? end + 1 : end;
    }
}
