using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Cadre.Engine.Runs;

namespace Cadre.Server.Chat.Turns;

/// <summary>
/// How far a reader has come in the stream of a run; an event's id is the position after it. It follows from the run's journal and from what was shown, so any server
/// can go on from it.
/// </summary>
/// <param name="Facts">Facts whose events the reader has, all of them.</param>
/// <param name="Sent">Events that the reader has of the fact after those.</param>
/// <param name="Shown">Characters that the reader has of the text of the turn in progress.</param>
/// <param name="Hash">Of those characters.</param>
internal readonly record struct StreamPosition(RunId Run, long Facts, int Sent = 0, int Shown = 0, uint Hash = 0)
{
    /// <summary>Of no text; FNV-1a over UTF-16 code units.</summary>
    public const uint NoHash = 2_166_136_261;

    private const uint Prime = 16_777_619;

    public static uint Add(uint hash, ReadOnlySpan<char> text)
    {
        foreach (var unit in text) hash = unchecked((hash ^ unit) * Prime);
        return hash;
    }

    public override string ToString() => Shown > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Run}:{Facts}:{Sent}:{Shown}:{Hash:x}")
        : string.Create(CultureInfo.InvariantCulture, $"{Run}:{Facts}:{Sent}");

    public static bool TryParse(string text, out StreamPosition position)
    {
        position = default;
        var parts = text.Split(':');
        if (parts.Length is not (3 or 5) || !RunId.TryParse(parts[0], null, out var run)) return false;
        if (!TryNumber(parts[1], out var facts) || !TryNumber(parts[2], out var sent)) return false;
        position = new(run, facts, sent);
        if (parts.Length == 3) return true;
        if (!TryNumber(parts[3], out var shown) || !uint.TryParse(parts[4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)) return false;
        position = position with { Shown = shown, Hash = hash };
        return true;
    }

    private static bool TryNumber(string text, [NotNullWhen(true)] out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
