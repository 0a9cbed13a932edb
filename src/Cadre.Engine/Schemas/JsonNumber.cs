using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

/// <summary>A JSON number without rounding: mantissa · 10^exponent.</summary>
internal readonly struct JsonNumber : IComparable<JsonNumber>
{
    /// <summary>Beyond it a number is compared by its magnitude alone: exact arithmetic would need unbounded memory.</summary>
    private const int MaxExponent = 2_000;

    private readonly BigInteger _mantissa;
    private readonly int _exponent;

    private JsonNumber(BigInteger mantissa, int exponent)
    {
        while (!mantissa.IsZero && mantissa % 10 == 0)
        {
            mantissa /= 10;
            exponent++;
        }

        (_mantissa, _exponent) = mantissa.IsZero ? (BigInteger.Zero, 0) : (mantissa, Math.Clamp(exponent, -MaxExponent, MaxExponent));
    }

    public bool IsInteger => _exponent >= 0;

    public static JsonNumber Of(JsonElement number) => number.TryGetInt64(out var small) && small is > -1_000_000 and < 1_000_000
        ? new(small, 0)
        : Parse(number.GetRawText());

    public bool IsMultipleOf(JsonNumber divisor)
    {
        var common = Math.Min(_exponent, divisor._exponent);
        var by = Scaled(divisor, common);
        return !by.IsZero && Scaled(this, common) % by == 0;
    }

    public int CompareTo(JsonNumber other)
    {
        var common = Math.Min(_exponent, other._exponent);
        return Scaled(this, common).CompareTo(Scaled(other, common));
    }

    private static BigInteger Scaled(JsonNumber number, int exponent) => number._mantissa * BigInteger.Pow(10, number._exponent - exponent);

    private static JsonNumber Parse(string text)
    {
        if (text.Length > MaxExponent) return Parse(text.AsSpan(0, text.IndexOfAny(['e', 'E']) is var at and > 0 ? at : text.Length), 0, truncate: true);
        var e = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = e < 0 ? 0 : int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
            ? Math.Clamp(parsed, -2 * MaxExponent, 2 * MaxExponent)
            : text[e + 1] == '-' ? -2 * MaxExponent : 2 * MaxExponent;
        return Parse(e < 0 ? text : text.AsSpan(0, e), exponent, truncate: false);
    }

    private static JsonNumber Parse(ReadOnlySpan<char> digits, int exponent, bool truncate)
    {
        var dot = digits.IndexOf('.');
        if (truncate)
        {
            var whole = dot < 0 ? digits.Length : dot;
            return new(BigInteger.Parse(digits[..Math.Min(whole, 40)], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), Math.Max(0, whole - 40));
        }

        if (dot < 0) return new(BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), exponent);
        var text = string.Concat(digits[..dot], digits[(dot + 1)..]);
        return new(BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), exponent - (digits.Length - dot - 1));
    }
}
