using System.Globalization;

namespace Cadre.Cli.Commands;

/// <summary>Times on the command line: <c>30s</c>, <c>10m</c>, <c>1h30m</c>; a bare number is seconds.</summary>
internal static class Duration
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var bare)) return Add(bare, 1, ref duration) && duration > TimeSpan.Zero;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]) || text[i] == '.') continue;
            var unit = text[i] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
            if (unit == 0 || !double.TryParse(text[start..i], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            if (!Add(number, unit, ref duration)) return false;
            start = i + 1;
        }

        return start == text.Length && duration > TimeSpan.Zero;
    }

    private static bool Add(double number, int unit, ref TimeSpan duration)
    {
        var seconds = number * unit;
        if (seconds > Longest.TotalSeconds) return false;
        duration += TimeSpan.FromSeconds(seconds);
        return duration <= Longest;
    }
}
