namespace Cadre.Engine.Tools;

/// <summary>Text cut to a limit.</summary>
public static class Bounded
{
    /// <summary>At most <paramref name="limit"/> characters and a note: the middle goes, and the note says how much went.</summary>
    public static string Middle(string text, int limit)
    {
        if (text.Length <= limit) return text;
        var head = Whole(text, limit * 2 / 3);
        var tail = text.Length - (limit - limit * 2 / 3);
        if (char.IsLowSurrogate(text[tail])) tail++;
        return $"{text[..head]}\n[… {tail - head} characters left out …]\n{text[tail..]}";
    }

    /// <summary>At most <paramref name="limit"/> characters of the beginning, on one line.</summary>
    public static string Line(string text, int limit)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= limit ? line : string.Concat(line.AsSpan(0, Whole(line, limit - 1)), "…");
    }

    private static int Whole(string text, int length) => length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
}
