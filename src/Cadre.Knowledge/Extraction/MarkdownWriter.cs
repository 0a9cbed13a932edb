using System.Text;

namespace Cadre.Knowledge.Extraction;

/// <summary>Writes a document's text as Markdown, with one blank line between blocks, up to a limit.</summary>
internal sealed class MarkdownWriter(Stream output, long maxBytes) : IDisposable
{
    private readonly StreamWriter _text = new(output, new UTF8Encoding(false), bufferSize: 32 << 10);
    private readonly StringBuilder _line = new();
    private long _bytes;
    private bool _any;
    private bool _blankOwed;

    /// <summary>Characters that wait for the end of their block.</summary>
    public int Waiting => _line.Length;

    /// <summary>Text of the block that is being written; white space counts as one space.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var space = 0;
            while (space < text.Length && char.IsWhiteSpace(text[space])) space++;
            if (space > 0)
            {
                if (_line.Length > 0 && _line[^1] is not (' ' or '\n')) _line.Append(' ');
                text = text[space..];
                continue;
            }

            var word = 0;
            while (word < text.Length && !char.IsWhiteSpace(text[word])) word++;
            _line.Append(text[..word]);
            text = text[word..];
        }

        if (_line.Length > 64 << 10) Spill();
    }

    /// <summary>As it is, white space and all.</summary>
    public void Raw(ReadOnlySpan<char> text)
    {
        _line.Append(text);
        if (_line.Length > 64 << 10) Spill();
    }

    public void LineBreak() => _line.Append('\n');

    /// <summary>Ends the block, if one was begun.</summary>
    /// <param name="mark">Stands before it: "# ", "- ".</param>
    /// <param name="tight">The next block follows on the next line.</param>
    public void EndBlock(string mark = "", bool tight = false)
    {
        var text = _line.ToString().TrimEnd();
        _line.Clear();
        if (!tight) _blankOwed |= _any;
        if (text.Length == 0) return;
        Write(mark, mark.TrimStart().StartsWith('#') ? text.Replace('\n', ' ') : text);
        Write("\n", "");
        _blankOwed = !tight;
    }

    private void Spill()
    {
        Write(_line.ToString(), "");
        _line.Clear();
    }

    private void Write(string first, string second)
    {
        if (_blankOwed && _any) Count("\n");
        _blankOwed = false;
        _any = true;
        Count(first);
        Count(second);
    }

    private void Count(string text)
    {
        _bytes += Encoding.UTF8.GetByteCount(text);
        if (_bytes >= maxBytes) throw UnreadableException.TooLarge($"The file holds more than {maxBytes >> 20} MiB of text.");
        _text.Write(text);
    }

    public void Dispose() => _text.Dispose();
}
