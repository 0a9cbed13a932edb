using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Server.Tasks;

/// <summary>When a task is due: a moment, or a whole day. A day is one of UTC, and lasts until its end.</summary>
/// <param name="Shown">"2026-12-24", or a time of RFC 3339 in UTC.</param>
[JsonConverter(typeof(TaskDueConverter))]
internal sealed record TaskDue(string Shown, DateTimeOffset From, DateTimeOffset Until)
{
    public const string Expected = "a date (2026-12-24) or a time with its offset from UTC (2026-12-24T18:00:00Z, RFC 3339)";
    private const string DayForm = "yyyy-MM-dd";
    private const string ShownForm = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";
    private const int MaxLength = 40;

    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd't'HH:mm:ss.FFFFFFFK"];

    /// <returns>Null when the text is neither.</returns>
    public static TaskDue? Parse(string text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (text.Length > MaxLength) return null;
        if (DateTimeOffset.TryParseExact(text, DayForm, CultureInfo.InvariantCulture, Utc, out var day)) return new(text, day, day.Date == DateTime.MaxValue.Date ? DateTimeOffset.MaxValue : day.AddDays(1).AddTicks(-1));
        // K would accept a time without an offset as well: that is no moment.
        if (!HasOffset(text) || !DateTimeOffset.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, Utc, out var time)) return null;
        return new(Show(time), time, time);
    }

    public static string Show(DateTimeOffset time) => time.UtcDateTime.ToString(ShownForm, CultureInfo.InvariantCulture);

    private static bool HasOffset(string text) => text is [.., 'Z' or 'z'] or [.., '+' or '-', _, _, ':', _, _];
}

internal sealed class TaskDueConverter : JsonConverter<TaskDue>
{
    public override TaskDue? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TaskDue.Parse(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, TaskDue value, JsonSerializerOptions options) => writer.WriteStringValue(value.Shown);
}
