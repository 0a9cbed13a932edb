using System.Text;
using Cadre.Knowledge.Extraction;

namespace Cadre.Knowledge.Chunks;

/// <summary>Takes a text apart by its form, line by line: nothing of it is in memory but what one paragraph may hold.</summary>
internal sealed class Pieces(LineReader lines, PieceCutter cutter)
{
    private const int MaxParagraphCharacters = 8 << 10;
    private const int MaxContextCharacters = 240;

    private readonly StringBuilder _paragraph = new();
    private readonly HeadingPath _headings = new();
    private Boundary _before = Boundary.Block;

    public IEnumerable<Piece> Read(TextForm form) => form switch
    {
        TextForm.Prose => ReadProse(),
        TextForm.Markdown => ReadMarkdown(),
        TextForm.Code => ReadCode(),
        TextForm.Rows => ReadRows(firstIsHeader: false),
        TextForm.Table => ReadRows(firstIsHeader: true),
    };

    private IEnumerable<Piece> ReadProse()
    {
        while (lines.Read() is { } line)
        {
            if (line.IsBlank)
            {
                foreach (var piece in EndParagraph()) yield return piece;
                continue;
            }

            foreach (var piece in Add(line)) yield return piece;
            if (!line.EndsPage) continue;
            foreach (var piece in EndParagraph()) yield return piece;
        }

        foreach (var piece in EndParagraph()) yield return piece;
    }

    private IEnumerable<Piece> ReadMarkdown()
    {
        string? fence = null;
        while (lines.Read() is { } line)
        {
            var bare = line.Text.TrimStart();
            if (fence is not null)
            {
                foreach (var piece in Whole(line, Boundary.Inside)) yield return piece;
                if (bare.StartsWith(fence, StringComparison.Ordinal) && bare.TrimEnd().Length <= fence.Length + 2) (fence, _before) = (null, Boundary.Block);
            }
            else if (line.IsBlank)
            {
                foreach (var piece in EndParagraph()) yield return piece;
            }
            else if (!line.IsContinuation && Fence(bare) is { } opened)
            {
                foreach (var piece in EndParagraph()) yield return piece;
                fence = opened;
                foreach (var piece in Whole(line, Boundary.Block)) yield return piece;
            }
            else if (!line.IsContinuation && HeadingLevel(bare) is > 0 and var level)
            {
                foreach (var piece in EndParagraph()) yield return piece;
                var above = _headings.Enter(level, bare.Trim('#', ' ', '\t'));
                foreach (var piece in cutter.Whole(line.Text.TrimEnd() + "\n\n", Boundary.Section, above)) yield return piece;

                // What a heading stands above is not cut from it.
                _before = Boundary.Inside;
            }
            else if (!line.IsContinuation && IsItem(bare))
            {
                foreach (var piece in EndParagraph("\n")) yield return piece;
                foreach (var piece in Whole(line, _before is Boundary.Inside ? Boundary.Inside : Boundary.Sentence)) yield return piece;
                _before = Boundary.Block;
            }
            else
            {
                foreach (var piece in Add(line)) yield return piece;
            }
        }

        foreach (var piece in EndParagraph()) yield return piece;
    }

    private IEnumerable<Piece> ReadCode()
    {
        var before = Boundary.Block;
        while (lines.Read() is { } line)
        {
            if (line.IsBlank)
            {
                before = Boundary.Block;
                yield return new Piece("\n", 1, Boundary.Sentence, "");
                continue;
            }

            foreach (var piece in Whole(line, before)) yield return piece;
            before = Boundary.Sentence;
        }
    }

    /// <summary>Rows of a table; the first one names the columns and stands above all the others.</summary>
    private IEnumerable<Piece> ReadRows(bool firstIsHeader)
    {
        var header = "";
        var isQuoted = false;
        while (lines.Read() is { } line)
        {
            if (line.IsBlank) continue;
            foreach (var piece in cutter.Whole(line.Text.TrimEnd() + "\n", isQuoted || line.IsContinuation ? Boundary.Inside : Boundary.Block, header)) yield return piece;

            // A field in quotation marks may go over several lines: an odd number of marks opens or closes one.
            if (!firstIsHeader) continue;
            if (line.Text.AsSpan().Count('"') % 2 == 1) isQuoted = !isQuoted;
            if (header.Length == 0) header = line.Text.Length > MaxContextCharacters ? line.Text[..MaxContextCharacters] : line.Text.Trim();
        }
    }

    private IEnumerable<Piece> Whole(Line line, Boundary before) =>
        cutter.Whole(line.Text.TrimEnd() + "\n", line.IsContinuation ? Boundary.Inside : before, _headings.Text);

    private IEnumerable<Piece> Add(Line line)
    {
        if (_paragraph.Length > 0 && !line.IsContinuation) _paragraph.Append('\n');
        _paragraph.Append(line.Text);
        return _paragraph.Length < MaxParagraphCharacters ? [] : Overflow();
    }

    /// <summary>Hands on the whole sentences of a paragraph that does not end.</summary>
    private IEnumerable<Piece> Overflow()
    {
        var text = _paragraph.ToString();
        var end = 0;
        while (PieceCutter.SentenceEnd(text, end) is var next && next < text.Length) end = next;
        if (end == 0) end = text.LastIndexOfAny(['\n', ' '], text.Length - 1, text.Length / 2) + 1;
        if (end == 0) end = char.IsHighSurrogate(text[^1]) ? text.Length - 1 : text.Length;
        _paragraph.Clear().Append(text, end, text.Length - end);
        var before = _before;
        _before = Boundary.Sentence;
        return cutter.Sentences(text[..end], before, _headings.Text);
    }

    private IEnumerable<Piece> EndParagraph(string separator = "\n\n")
    {
        if (_paragraph.Length == 0) return [];
        var text = _paragraph.ToString().TrimEnd() + separator;
        _paragraph.Clear();
        var before = _before;
        _before = Boundary.Block;
        return cutter.Sentences(text, before, _headings.Text);
    }

    private static string? Fence(ReadOnlySpan<char> line) =>
        line.StartsWith("```", StringComparison.Ordinal) ? "```" : line.StartsWith("~~~", StringComparison.Ordinal) ? "~~~" : null;

    private static int HeadingLevel(ReadOnlySpan<char> line)
    {
        var level = line.IndexOfAnyExcept('#');
        return level is > 0 and <= 6 && line[level] is ' ' or '\t' ? level : 0;
    }

    /// <summary>Of a list or of a table: kept on a line of its own.</summary>
    private static bool IsItem(ReadOnlySpan<char> line)
    {
        if (line is ['|', ..] or ['-' or '*' or '+', ' ', ..]) return true;
        var digits = line.IndexOfAnyExceptInRange('0', '9');
        return digits is > 0 and < 10 && digits + 1 < line.Length && line[digits] is '.' or ')' && line[digits + 1] == ' ';
    }
}
