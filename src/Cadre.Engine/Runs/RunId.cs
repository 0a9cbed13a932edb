using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Engine.Runs;

/// <summary>
/// Names a run. A root id is 18 characters of Crockford base32 (48 bits of milliseconds, then 42 random bits), so ids sort by time. A child's
/// id is its parent's, a dot and a key: the same child asked for twice has the same id, which makes starting it repeatable.
/// </summary>
[JsonConverter(typeof(RunIdConverter))]
public readonly record struct RunId : IComparable<RunId>, ISpanParsable<RunId>
{
    public const int MaxLength = 120;

    /// <summary>Characters of an id that are its time.</summary>
    public const int TimeLength = 10;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private readonly string? _value;

    private RunId(string value) => _value = value;

    public RunId Root => Text.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? new(Text[..dot]) : this;

    public RunId? Parent => Text.LastIndexOf('.') is var dot and > 0 ? new(Text[..dot]) : null;

    /// <summary>The last segment: what the parent calls this run.</summary>
    public string Key => Text[(Text.LastIndexOf('.') + 1)..];

    private string Text => _value ?? "";

    /// <param name="random">At least 6 bytes from outside the engine.</param>
    public static RunId New(DateTimeOffset at, ReadOnlySpan<byte> random)
    {
        Span<char> text = stackalloc char[18];
        var time = (ulong)at.ToUnixTimeMilliseconds();
        for (var i = TimeLength - 1; i >= 0; i--, time >>= 5) text[i] = Alphabet[(int)(time & 31)];
        var noise = 0UL;
        foreach (var b in random[..6]) noise = noise << 8 | b;
        for (var i = 17; i >= TimeLength; i--, noise >>= 5) text[i] = Alphabet[(int)(noise & 31)];
        return new(new string(text));
    }

    public RunId Child(string key) =>
        TryParse($"{Text}.{key}", null, out var child) ? child : throw new ArgumentException($"'{key}' cannot name a child run of {Text}.", nameof(key));

    public bool IsBelow(RunId other) => Text.Length > other.Text.Length && Text[other.Text.Length] == '.' && Text.StartsWith(other.Text, StringComparison.Ordinal);

    public int CompareTo(RunId other) => string.CompareOrdinal(Text, other.Text);

    public override string ToString() => Text;

    public static RunId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException("A run id consists of a-z, 0-9, '-' and '.'.");

    public static RunId Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s.ToString(), provider);

    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out RunId result) => TryParse(s.ToString(), provider, out result);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RunId result)
    {
        result = default;
        if (s is not { Length: > 0 and <= MaxLength } || s[0] is '.' or '-' || s[^1] == '.') return false;
        for (var i = 0; i < s.Length; i++)
        {
            var dot = s[i] == '.';
            if (!char.IsAsciiLetterLower(s[i]) && !char.IsAsciiDigit(s[i]) && s[i] != '-' && !dot) return false;
            if (dot && s[i - 1] == '.') return false;
        }

        result = new(s);
        return true;
    }

    public static bool operator <(RunId left, RunId right) => left.CompareTo(right) < 0;
    public static bool operator >(RunId left, RunId right) => left.CompareTo(right) > 0;
    public static bool operator <=(RunId left, RunId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(RunId left, RunId right) => left.CompareTo(right) >= 0;
}

internal sealed class RunIdConverter : JsonConverter<RunId>
{
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RunId.TryParse(reader.GetString(), null, out var id) ? id : throw new JsonException("Not a run id.");

    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
