using System.Globalization;
using System.Net.Http.Headers;

namespace Cadre.Models.Http;

/// <summary>How long an endpoint asks to be left alone: <c>retry-after-ms</c>, or <c>Retry-After</c> in seconds or as a date (RFC 9110, 10.2.3).</summary>
internal static class RetryAfter
{
    /// <summary>More is taken for nonsense.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (Number(headers, "retry-after-ms") is { } milliseconds) return Bounded(milliseconds / 1000);
        if (Number(headers, "Retry-After") is { } seconds) return Bounded(seconds);
        return headers.RetryAfter?.Date is { } date ? Bounded((date - now).TotalSeconds) : null;
    }

    private static double? Number(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values)
        && double.TryParse(values.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;

    private static TimeSpan Bounded(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds));
}
