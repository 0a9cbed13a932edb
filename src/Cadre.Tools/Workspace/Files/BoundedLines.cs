using System.Globalization;
using System.Text;

namespace Cadre.Tools.Workspaces;

/// <summary>Lines of a text of any size, none of them kept longer than <see cref="MaxLineCharacters"/>.</summary>
internal sealed class BoundedLines(TextReader reader) : IDisposable
{
    public const int MaxLineCharacters = 10_000;

    private readonly char[] _buffer = new char[16 << 10];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _filled;

    /// <summary>Of the last line read.</summary>
    public bool EndedWithNewline { get; private set; }

    /// <summary>Null at the end.</summary>
    /// <param name="keep">False skips the line: an empty text stands for it.</param>
    public string? Next(bool keep)
    {
        _line.Clear();
        var length = 0L;
        while (Fill())
        {
            var rest = _buffer.AsSpan(_at, _filled - _at);
            var newline = rest.IndexOf('\n');
            var part = newline < 0 ? rest : rest[..newline];
            if (keep && _line.Length < MaxLineCharacters) _line.Append(part[..Math.Min(part.Length, MaxLineCharacters - _line.Length)]);
            length += part.Length;
            _at += part.Length;
            if (newline < 0) continue;
            _at++;
            EndedWithNewline = true;
            return Finished(length);
        }

        if (length == 0) return null;
        EndedWithNewline = false;
        return Finished(length);
    }

    /// <summary>The lines that have not been read, which are then gone.</summary>
    public int CountRest()
    {
        var count = 0;
        while (Next(keep: false) is not null) count++;
        return count;
    }

    public void Dispose() => reader.Dispose();

    private string Finished(long length)
    {
        if (length > _line.Length && _line.Length == MaxLineCharacters)
            _line.Append(CultureInfo.InvariantCulture, $"[… {length - MaxLineCharacters:N0} more characters in this line]");
        return _line.ToString();
    }

    private bool Fill()
    {
        if (_at < _filled) return true;
        _at = 0;
        _filled = reader.Read(_buffer, 0, _buffer.Length);
        return _filled > 0;
    }
}
