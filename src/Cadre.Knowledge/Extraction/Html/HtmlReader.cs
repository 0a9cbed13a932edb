using System.Text;

namespace Cadre.Knowledge.Extraction.Html;

internal enum HtmlToken
{
    Text,
    Open,
    Close,
}

/// <summary>Takes a page apart into tags and text, forgiving as browsers are: everything is some token, and none is longer than a limit.</summary>
internal sealed class HtmlReader(TextReader text)
{
    private const int MaxTextCharacters = 16 << 10;
    private const int MaxTagCharacters = 16 << 10;

    private static readonly HashSet<string> RawText = new(StringComparer.Ordinal) { "script", "style", "iframe", "noembed", "noframes", "xmp", "textarea", "title" };

    private readonly StringBuilder _content = new();
    private string? _rawUntil;
    private string? _closing;
    private string _carried = "";

    public HtmlToken Kind { get; private set; }

    /// <summary>Of the tag, in lower case.</summary>
    public string Name { get; private set; } = "";

    public string Text => _content.ToString();

    public bool IsSelfClosed { get; private set; }

    public bool Read()
    {
        _content.Clear();
        Name = "";
        IsSelfClosed = false;
        if (_closing is not null) return ReadClosing();
        if (_rawUntil is not null) return ReadRaw();
        while (text.Peek() is >= 0 and var next)
        {
            if (next != '<')
            {
                _content.Append((char)text.Read());
                if (_content.Length >= MaxTextCharacters) return Found(HtmlToken.Text);
                continue;
            }

            if (_content.Length > 0) return Found(HtmlToken.Text);
            text.Read();
            if (ReadMarkup()) return true;
        }

        return _content.Length > 0 && Found(HtmlToken.Text);
    }

    /// <summary>Of the tag that was read; null when it has none of this name.</summary>
    public string? Attribute(string name)
    {
        var tag = Text;
        for (var at = tag.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = tag.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (at > 0 && !char.IsWhiteSpace(tag[at - 1])) continue;
            var rest = tag.AsSpan(at + name.Length).TrimStart();
            if (rest is not ['=', ..]) continue;
            rest = rest[1..].TrimStart();
            if (rest is [('"' or '\'') and var quote, ..]) return rest[1..].IndexOf(quote) is >= 0 and var end ? rest.Slice(1, end).ToString() : null;
            var space = rest.IndexOfAny(" \t\r\n");
            return (space < 0 ? rest : rest[..space]).ToString();
        }

        return null;
    }

    /// <returns>False when there was nothing to see in it: a comment, a declaration.</returns>
    private bool ReadMarkup()
    {
        var next = text.Peek();
        if (next == '!') return SkipDeclaration();
        if (next == '?') return SkipUntil('>');
        var closes = next == '/';
        if (closes)
        {
            text.Read();
            next = text.Peek();
        }

        if (next < 0 || !char.IsAsciiLetter((char)next))
        {
            if (closes) return SkipUntil('>');

            // A less-than sign, and no tag.
            _content.Append('<');
            return false;
        }

        ReadTag();
        Kind = closes ? HtmlToken.Close : HtmlToken.Open;
        if (!closes && !IsSelfClosed && RawText.Contains(Name)) _rawUntil = Name;
        return true;
    }

    private void ReadTag()
    {
        var quote = '\0';
        while (text.Read() is >= 0 and var read)
        {
            var character = (char)read;
            if (quote != '\0')
            {
                if (character == quote) quote = '\0';
            }
            else if (character == '>')
            {
                break;
            }
            else if (character is '"' or '\'' && EndsWithEquals())
            {
                quote = character;
            }

            if (_content.Length < MaxTagCharacters) _content.Append(character);
        }

        var length = 0;
        while (length < _content.Length && !char.IsWhiteSpace(_content[length]) && _content[length] != '/') length++;
        Name = _content.ToString(0, Math.Min(length, 64)).ToLowerInvariant();
        IsSelfClosed = _content.Length > 0 && _content[^1] == '/';
    }

    private bool EndsWithEquals()
    {
        for (var i = _content.Length - 1; i >= 0; i--)
            if (!char.IsWhiteSpace(_content[i])) return _content[i] == '=';
        return false;
    }

    /// <summary>Text in which only one closing tag is a tag.</summary>
    private bool ReadRaw()
    {
        _content.Append(_carried);
        _carried = "";
        var end = "</" + _rawUntil;
        while (text.Read() is >= 0 and var read)
        {
            _content.Append((char)read);
            if (_content.Length >= end.Length && char.ToLowerInvariant((char)read) == end[^1] && EndsWith(end))
            {
                _content.Length -= end.Length;
                (_closing, _rawUntil) = (_rawUntil, null);
                return _content.Length > 0 ? Found(HtmlToken.Text) : ReadClosing();
            }

            if (_content.Length >= MaxTextCharacters)
            {
                // The end may have come in part.
                _carried = _content.ToString(_content.Length - end.Length, end.Length);
                _content.Length -= end.Length;
                return Found(HtmlToken.Text);
            }
        }

        _rawUntil = null;
        return _content.Length > 0 && Found(HtmlToken.Text);
    }

    private bool ReadClosing()
    {
        SkipUntil('>');
        (Name, _closing) = (_closing!, null);
        return Found(HtmlToken.Close);
    }

    private bool EndsWith(string end)
    {
        for (var i = 1; i <= end.Length; i++)
            if (char.ToLowerInvariant(_content[^i]) != end[^i]) return false;
        return true;
    }

    private bool SkipDeclaration()
    {
        text.Read();
        if (text.Peek() != '-') return SkipUntil('>');
        text.Read();
        if (text.Peek() != '-') return SkipUntil('>');
        text.Read();
        var dashes = 2;
        while (text.Read() is >= 0 and var read)
        {
            if (read == '>' && dashes >= 2) return false;
            dashes = read == '-' ? dashes + 1 : 0;
        }

        return false;
    }

    private bool SkipUntil(char end)
    {
        while (text.Read() is >= 0 and var read && read != end) { }
        return false;
    }

    private bool Found(HtmlToken kind)
    {
        Kind = kind;
        return true;
    }
}
