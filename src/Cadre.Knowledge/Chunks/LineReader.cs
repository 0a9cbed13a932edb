using System.Buffers;
using System.Text;

namespace Cadre.Knowledge.Chunks;

/// <summary>Reads lines of any length in parts that are bounded, without the characters that text does not have.</summary>
internal sealed class LineReader(TextReader text)
{
    public const int MaxLineCharacters = 4096;

    /// <summary>Ends a page of a PDF.</summary>
    private const char FormFeed = '\f';

    private static readonly SearchValues<char> Special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(code => code != '\t').Select(code => (char)code), .. Enumerable.Range(0x7F, 0x21).Select(code => (char)code), '\u2028', '\u2029', '\uFEFF', '\uFFFE', '\uFFFF']);

    private readonly char[] _buffer = new char[32 << 10];
    private readonly StringBuilder _line = new();
    private int _start;
    private int _end;
    private bool _afterReturn;
    private bool _continues;

    /// <returns>Null at the end of the text.</returns>
    public Line? Read()
    {
        var isContinuation = _continues;
        _line.Clear();
        while (_start < _end || Fill())
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var room = MaxLineCharacters - _line.Length;
            var plain = rest.IndexOfAny(Special);
            if (plain < 0) plain = rest.Length;
            if (plain >= room)
            {
                Take(rest[..WholeCharacters(rest, room)]);
                _continues = true;
                return new Line(_line.ToString(), isContinuation);
            }

            Take(rest[..plain]);
            if (plain == rest.Length) continue;
            var special = rest[plain];
            _start++;
            var isSecondOfTwo = special == '\n' && _afterReturn && plain == 0;
            _afterReturn = special == '\r';
            if (isSecondOfTwo) continue;
            if (special is '\n' or '\r' or FormFeed or '\u0085' or '\u2028' or '\u2029')
            {
                _continues = false;
                return new Line(_line.ToString(), isContinuation) { EndsPage = special == FormFeed };
            }
        }

        _continues = false;
        return _line.Length > 0 ? new Line(_line.ToString(), isContinuation) : null;
    }

    private void Take(ReadOnlySpan<char> characters)
    {
        if (characters.Length == 0) return;
        _line.Append(characters);
        _start += characters.Length;
        _afterReturn = false;
    }

    private static int WholeCharacters(ReadOnlySpan<char> text, int length) =>
        length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;

    private bool Fill()
    {
        _start = 0;
        _end = text.ReadBlock(_buffer);
        return _end > 0;
    }
}

/// <param name="IsContinuation">The line before it was too long and goes on here.</param>
internal readonly record struct Line(string Text, bool IsContinuation)
{
    public bool EndsPage { get; init; }

    public bool IsBlank => !IsContinuation && string.IsNullOrWhiteSpace(Text);
}
