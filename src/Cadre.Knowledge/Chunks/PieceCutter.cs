namespace Cadre.Knowledge.Chunks;

/// <summary>Cuts what is too long for one piece, at white space where there is any.</summary>
/// <param name="maxQuarters">Of a piece.</param>
internal sealed class PieceCutter(int maxQuarters)
{
    /// <summary>A shorter text before a full stop is an abbreviation as often as a sentence, and goes with the next.</summary>
    private const int MinSentenceCharacters = 24;

    /// <summary>One line or row: in one piece when it fits.</summary>
    public IEnumerable<Piece> Whole(string text, Boundary before, string heading)
    {
        var start = 0;
        while (start < text.Length)
        {
            var length = Fitting(text, start, out var quarters);
            yield return new Piece(text.Substring(start, length), quarters, start == 0 ? before : Boundary.Inside, heading);
            start += length;
        }
    }

    /// <summary>A paragraph, sentence by sentence.</summary>
    public IEnumerable<Piece> Sentences(string text, Boundary before, string heading)
    {
        var start = 0;
        while (start < text.Length)
        {
            var end = SentenceEnd(text, start);
            foreach (var piece in Whole(text[start..end], start == 0 ? before : Boundary.Sentence, heading)) yield return piece;
            start = end;
        }
    }

    /// <summary>Where the sentence ends that begins here, with the white space after it.</summary>
    public static int SentenceEnd(string text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            var wide = text[i] is '。' or '！' or '？' or '｡';
            if (!wide && text[i] is not ('.' or '!' or '?' or '…' or '؟' or '।')) continue;
            var next = i + 1;
            while (next < text.Length && text[next] is '"' or '\'' or ')' or ']' or '”' or '’' or '»' or '」' or '』' or '）') next++;
            if (next >= text.Length) return text.Length;
            if (!wide && (!char.IsWhiteSpace(text[next]) || next - start < MinSentenceCharacters)) continue;
            while (next < text.Length && char.IsWhiteSpace(text[next])) next++;
            return next;
        }

        return text.Length;
    }

    private int Fitting(string text, int start, out int quarters)
    {
        var (lastSpace, atLastSpace) = (-1, 0);
        quarters = 0;
        for (var i = start; i < text.Length; i++)
        {
            var next = quarters + TokenEstimate.Quarters(text[i]);
            if (next > maxQuarters && i > start)
            {
                if (lastSpace > start)
                {
                    quarters = atLastSpace;
                    return lastSpace + 1 - start;
                }

                // Half a surrogate pair is no character.
                if (char.IsLowSurrogate(text[i]) && i - 1 > start)
                {
                    quarters -= TokenEstimate.Quarters(text[i - 1]);
                    return i - 1 - start;
                }

                return i - start;
            }

            quarters = next;
            if (char.IsWhiteSpace(text[i])) (lastSpace, atLastSpace) = (i, quarters);
        }

        return text.Length - start;
    }
}
