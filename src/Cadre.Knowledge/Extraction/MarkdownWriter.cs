using System.Text;
using System.Xml;

namespace Cadre.Knowledge.Extraction;

/// <summary>Writes a document's text as Markdown, with one blank line between blocks, up to a limit.</summary>
internal sealed class MarkdownWriter(Stream output, long maxBytes) : IDisposable
{
    private readonly StreamWriter _text = new(output, new UTF8Encoding(false), bufferSize: 32 << 10);
    private readonly StringBuilder _line = new();
    private readonly char[] _part = new char[4096];
    private long _bytes;
    private bool _any;
    private bool _afterTight;
    private bool _inSpilt;

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

    /// <summary>The text that a reader stands at, however long.</summary>
    public void Text(XmlReader xml)
    {
        while (xml.ReadValueChunk(_part, 0, _part.Length) is > 0 and var length) Text(_part.AsSpan(0, length));
    }

    /// <summary>As it is, white space and all.</summary>
    public void Raw(ReadOnlySpan<char> text)
    {
        _line.Append(text);
        if (_line.Length > 64 << 10) Spill();
    }

    public void LineBreak() => _line.Append('\n');

    /// <summary>Goes on to the next cell of a row.</summary>
    public void NextCell()
    {
        while (_line.Length > 0 && _line[^1] == ' ') _line.Length--;
        _line.Append(" | ");
    }

    /// <summary>Ends the block, if one was begun; else it keeps what follows from what was before.</summary>
    /// <param name="mark">Stands before it: "# ", "- ".</param>
    /// <param name="tight">No blank line stands between it and another of this kind.</param>
    public void EndBlock(string mark = "", bool tight = false)
    {
        var text = _line.ToString().TrimEnd();
        _line.Clear();
        if (text.Length > 0)
        {
            BeginBlock(tight);
            if (!_inSpilt) Count(mark);
            Count(mark.StartsWith('#') ? text.Replace('\n', ' ') : text);
            Count("\n");
        }

        _inSpilt = false;
        _afterTight = tight && text.Length > 0;
    }

    private void Spill()
    {
        BeginBlock(tight: false);
        Count(_line.ToString());
        _inSpilt = true;
        _line.Clear();
    }

    private void BeginBlock(bool tight)
    {
        if (_any && !_inSpilt && !(tight && _afterTight)) Count("\n");
        _any = true;
    }

    private void Count(string text)
    {
        _bytes += Encoding.UTF8.GetByteCount(text);
        if (_bytes >= maxBytes) throw UnreadableException.TooLarge($"The file holds more than {maxBytes >> 20} MiB of text.");
        _text.Write(text);
    }

    public void Dispose() => _text.Dispose();
}
