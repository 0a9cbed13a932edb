namespace Cadre.Knowledge.Chunks;

/// <summary>The headings that are open at a place of a text.</summary>
internal sealed class HeadingPath
{
    public const string Separator = " › ";
    private const int MaxCharacters = 240;
    private const int MaxHeadingCharacters = 120;

    private readonly List<(int Level, string Text)> _open = [];

    public string Text { get; private set; } = "";

    /// <returns>The path above the new heading.</returns>
    public string Enter(int level, string heading)
    {
        _open.RemoveAll(open => open.Level >= level);
        var above = Join();
        _open.Add((level, heading.Length > MaxHeadingCharacters ? heading[..MaxHeadingCharacters] : heading));
        Text = Join();
        return above;
    }

    private string Join()
    {
        var text = string.Join(Separator, _open.Select(open => open.Text));
        return text.Length > MaxCharacters ? text[^MaxCharacters..] : text;
    }
}
