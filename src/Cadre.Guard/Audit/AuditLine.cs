using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Guard.Audit;

/// <summary>
/// One line of the log: <c>{"seq":N,"at":…,"kind":…,"actor":…,"run":…,"call":…,"details":{…},"mac":"…"}</c>. The mac is HMAC-SHA256 of the 32 bytes
/// of the mac before it (zeros for the first entry) and of the line up to <c>,"mac"</c>. All but printable ASCII is escaped: no value can forge a line,
/// or move a terminal's cursor.
/// </summary>
internal static class AuditLine
{
    public const int MacLength = AuditKey.HashLength * 2;
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);
    private static readonly int SealLength = BeforeMac.Length + MacLength + AfterMac.Length;

    public static ReadOnlySpan<byte> Beginning => "{\"seq\":"u8;
    private static ReadOnlySpan<byte> BeforeMac => ",\"mac\":\""u8;
    private static ReadOnlySpan<byte> AfterMac => "\"}"u8;

    /// <summary>Writes what follows the number, up to where the mac goes.</summary>
    public static void WriteBody(AuditEntry entry, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("at"u8, entry.At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("kind"u8, Cut(entry.Kind, AuditLimits.NameLength));
        json.WriteString("actor"u8, Cut(entry.Actor, AuditLimits.NameLength));
        if (entry.Run is { } run) json.WriteString("run"u8, run.ToString());
        if (entry.CallId is { } call) json.WriteString("call"u8, Cut(call, AuditLimits.NameLength));
        json.WriteStartObject("details"u8);
        foreach (var (name, value) in entry.Details.OrderBy(detail => detail.Key, StringComparer.Ordinal).Take(AuditLimits.Details))
        {
            json.WriteString(Cut(name, AuditLimits.NameLength), Cut(value, AuditLimits.ValueLength));
        }

        if (entry.Details.Count > AuditLimits.Details) json.WriteNumber("details_cut"u8, entry.Details.Count - AuditLimits.Details);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Appends the finished line of an entry and makes <paramref name="mac"/> its mac.</summary>
    /// <param name="body">As <see cref="WriteBody"/> made it.</param>
    public static void Seal(AuditKey key, long number, ReadOnlySpan<byte> body, Span<byte> mac, ArrayBufferWriter<byte> output)
    {
        var start = output.WrittenCount;
        output.Write(Beginning);
        output.Write(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
        output.Write(","u8);
        output.Write(body[1..^1]);
        Chain(key, mac, output.WrittenSpan[start..]);
        output.Write(BeforeMac);
        output.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(mac)));
        output.Write(AfterMac);
        output.Write("\n"u8);
    }

    /// <param name="mac">In: of the entry before. Out: of the entry whose line this is.</param>
    public static void Chain(AuditKey key, Span<byte> mac, ReadOnlySpan<byte> line)
    {
        var input = ArrayPool<byte>.Shared.Rent(mac.Length + line.Length);
        mac.CopyTo(input);
        line.CopyTo(input.AsSpan(mac.Length));
        key.Hash(input.AsSpan(0, mac.Length + line.Length), mac);
        ArrayPool<byte>.Shared.Return(input);
    }

    /// <summary>Splits a line, without its newline, into what is sealed and the mac that stands there.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out long number, out ReadOnlySpan<byte> sealedPart, Span<byte> mac)
    {
        number = 0;
        sealedPart = default;
        if (!line.StartsWith(Beginning) || line.Length < Beginning.Length + SealLength) return false;
        var end = line[^SealLength..];
        if (!end.StartsWith(BeforeMac) || !end.EndsWith(AfterMac)) return false;
        var digits = end.Slice(BeforeMac.Length, MacLength);
        if (digits.ContainsAnyExcept(HexDigits)) return false;
        Convert.FromHexString(digits, mac, out _, out _);
        sealedPart = line[..^SealLength];
        return System.Buffers.Text.Utf8Parser.TryParse(line[Beginning.Length..], out number, out var length) && length > 0 && line[Beginning.Length] != (byte)'-';
    }

    public static bool TryParse(ReadOnlyMemory<byte> line, out long number, [NotNullWhen(true)] out AuditEntry? entry)
    {
        (number, entry) = (0, null);
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            number = root.GetProperty("seq").GetInt64();
            entry = new(
                root.GetProperty("at").GetDateTimeOffset(),
                root.GetProperty("kind").GetString()!,
                root.GetProperty("actor").GetString()!,
                root.TryGetProperty("run", out var run) ? RunId.Parse(run.GetString()!) : null,
                root.TryGetProperty("call", out var call) ? call.GetString() : null,
                root.GetProperty("details").EnumerateObject().ToDictionary(detail => detail.Name, detail => detail.Value.ToString()));
            return true;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            return false;
        }
    }

    private static string Cut(string text, int limit) => text.Length <= limit ? text : text[..(limit - AuditLimits.CutMark.Length)] + AuditLimits.CutMark;
}
