using System.Globalization;

namespace Cadre.Server.Assistants;

/// <summary>Where a reader of a run's events is: an event's id.</summary>
/// <param name="Seq">Number of the last fact that was shown whole; -1 before the first.</param>
/// <param name="Shown">Characters of the text that was begun after it; null when none was begun.</param>
/// <param name="Hash">Of those characters: a model that was asked again may say something else.</param>
internal sealed record StreamPosition(long Seq, int? Shown = null, uint Hash = 0)
{
    public static StreamPosition Beginning { get; } = new(-1);

    public override string ToString() => Shown is { } shown ? string.Create(CultureInfo.InvariantCulture, $"{Seq}.{shown}.{Hash:x8}") : Seq.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null for what is no position.</summary>
    public static StreamPosition? Parse(string text)
    {
        var parts = text.Split('.');
        if (!long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seq)) return null;
        return parts.Length switch
        {
            1 => new(seq),
            3 when int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var shown)
                && uint.TryParse(parts[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash) => new(seq, shown, hash),
            _ => null,
        };
    }
}
