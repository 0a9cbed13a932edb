namespace Cadre.Server.Chat;

/// <summary>A conversation's title where its user gave none.</summary>
internal static class ChatTitle
{
    public const int MaxLength = 200;
    private const int Shown = 60;

    /// <summary>The message's beginning, in one line.</summary>
    public static string Of(string message)
    {
        var line = message.AsSpan().Trim();
        if (line.IndexOfAny('\n', '\r') is >= 0 and var end) line = line[..end].TrimEnd();
        if (line.Length <= Shown) return line.ToString();
        var cut = line[..(char.IsHighSurrogate(line[Shown - 1]) ? Shown - 1 : Shown)];
        if (cut.LastIndexOf(' ') is > Shown / 2 and var space) cut = cut[..space];
        return $"{cut.TrimEnd()}…";
    }
}
