using System.Globalization;

namespace Cadre.Server.Agents.Automations;

/// <summary>
/// Minute, hour, day of the month, month and day of the week (0 and 7 are Sunday), as cron(8) of Unix reads them: *, numbers, names of months and days, lists,
/// ranges and steps. When both days are restricted, either suffices.
/// </summary>
internal sealed class CronExpression
{
    private const int MaxLength = 200;
    private const int Horizon = 366 * 8;
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly bool[] _minutes;
    private readonly bool[] _hours;
    private readonly bool[] _daysOfMonth;
    private readonly bool[] _months;
    private readonly bool[] _daysOfWeek;
    private readonly bool _anyDayOfMonth;
    private readonly bool _anyDayOfWeek;

    private CronExpression(bool[][] fields, bool anyDayOfMonth, bool anyDayOfWeek)
    {
        (_minutes, _hours, _daysOfMonth, _months, _daysOfWeek) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
        (_anyDayOfMonth, _anyDayOfWeek) = (anyDayOfMonth, anyDayOfWeek);
        if (_daysOfWeek[7]) _daysOfWeek[0] = true;
    }

    /// <summary>Null when the text is no such expression.</summary>
    public static CronExpression? Parse(string text)
    {
        var parts = text.Length > MaxLength ? [] : text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length != 5) return null;
        bool[]?[] fields = [Field(parts[0], 0, 59, []), Field(parts[1], 0, 23, []), Field(parts[2], 1, 31, []), Field(parts[3], 1, 12, Months), Field(parts[4], 0, 7, Days)];
        return fields.Any(field => field is null) ? null : new(fields!, parts[2].StartsWith('*'), parts[4].StartsWith('*'));
    }

    /// <summary>
    /// The first occurrence after a time; null when there is none within eight years. A local time that a clock change leaves out does not occur; one that it
    /// repeats occurs the first time.
    /// </summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var from = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        var day = from.Date;
        for (var i = 0; i < Horizon; i++, day = day.AddDays(1))
        {
            if (!Matches(day)) continue;
            for (var minute = 0; minute < 24 * 60; minute++)
            {
                if (!_hours[minute / 60] || !_minutes[minute % 60]) continue;
                var local = day.AddMinutes(minute);
                if (zone.IsInvalidTime(local)) continue;
                var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
                var at = new DateTimeOffset(local, offset);
                if (at > after) return at;
            }
        }

        return null;
    }

    private bool Matches(DateTime day)
    {
        if (!_months[day.Month]) return false;
        var (ofMonth, ofWeek) = (_daysOfMonth[day.Day], _daysOfWeek[(int)day.DayOfWeek]);
        return _anyDayOfMonth || _anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    private static bool[]? Field(string text, int min, int max, string[] names)
    {
        var values = new bool[max + 1];
        foreach (var part in text.Split(','))
        {
            var slash = part.IndexOf('/', StringComparison.Ordinal);
            var step = 1;
            if (slash >= 0 && (!int.TryParse(part.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out step) || step < 1)) return null;
            var range = slash < 0 ? part : part[..slash];
            int first, last;
            if (range == "*") (first, last) = (min, max);
            else
            {
                var dash = range.IndexOf('-', StringComparison.Ordinal);
                if (Value(dash < 0 ? range : range[..dash], min, names) is not { } low) return null;
                first = low;
                if (dash >= 0)
                {
                    if (Value(range[(dash + 1)..], min, names) is not { } high) return null;
                    last = high;
                }
                else last = slash < 0 ? first : max;
            }

            if (first < min || last > max || first > last) return null;
            for (var value = first; value <= last; value += step) values[value] = true;
        }

        return values;
    }

    private static int? Value(string text, int min, string[] names)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        var index = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : index + (names.Length == Months.Length ? min : 0);
    }
}
