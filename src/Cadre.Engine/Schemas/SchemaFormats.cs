using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Cadre.Engine.Schemas;

/// <summary>
/// The formats that are asserted: those where a text either is one or is not. Where authors differ the lenient reading holds; any other
/// format is an annotation.
/// </summary>
internal static partial class SchemaFormats
{
    private static readonly ImmutableDictionary<string, (Func<string, bool> Fits, string Example)> Known =
        new Dictionary<string, (Func<string, bool>, string)>(StringComparer.Ordinal)
        {
            ["date-time"] = (IsDateTime, "2026-11-21T09:30:00Z"),
            ["date"] = (IsDate, "2026-11-21"),
            ["time"] = (IsTime, "09:30:00Z"),
            ["email"] = (text => Email().IsMatch(text), "ada@example.com"),
            ["uri"] = (text => Scheme().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out _), "https://example.com/"),
            ["uuid"] = (text => Guid.TryParseExact(text, "D", out _), "123e4567-e89b-12d3-a456-426614174000"),
            ["ipv4"] = (text => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text, "192.0.2.1"),
            ["ipv6"] = (text => text.AsSpan().IndexOfAny("[]%") < 0 && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6, "2001:db8::1"),
            ["hostname"] = (text => text.Length <= 253 && Host().IsMatch(text), "example.com"),
        }.ToImmutableDictionary();

    public static FormatKeyword? Find(string format) => Known.TryGetValue(format, out var known) ? new(format, known.Fits, known.Example) : null;

    private static bool IsDate(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsTime(string text) => Time().Match(text) is { Success: true } match && IsClock(match);

    private static bool IsDateTime(string text) =>
        text.Length > 11 && text[10] is 'T' or 't' or ' ' && IsDate(text[..10]) && Time().Match(text[11..]) is { Success: true } match && IsClock(match);

    /// <summary>Leap seconds count (RFC 3339, 5.6); whether there was one at that time is not looked up.</summary>
    private static bool IsClock(Match match) =>
        int.Parse(match.Groups["h"].ValueSpan, CultureInfo.InvariantCulture) < 24
        && int.Parse(match.Groups["m"].ValueSpan, CultureInfo.InvariantCulture) < 60
        && int.Parse(match.Groups["s"].ValueSpan, CultureInfo.InvariantCulture) <= 60;

    [GeneratedRegex(@"\A(?<h>[0-9]{2}):(?<m>[0-9]{2}):(?<s>[0-9]{2})(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex(@"\A[^@\s]+@[^@\s]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Email();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9+.-]*:\S+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Host();
}
