using System.Buffers;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Ports;

namespace Cadre.Guard.Audit;

/// <summary>Bytes that the line of every entry which a query admits has: lines without them need not be parsed. Values are written in one way only (<see cref="AuditLine.WriteBody"/>).</summary>
internal sealed class AuditNeedles
{
    private readonly byte[][] _needles;
    private readonly string? _text;

    public AuditNeedles(AuditQuery query)
    {
        var needles = new List<string>();
        // The end of "owner_organisation" as well.
        if (query.Organisation is { } organisation) needles.Add($"organisation\":\"{Encoded(organisation)}\"");
        if (query.Kinds.Count == 1) needles.Add($"\"kind\":\"{Encoded(query.Kinds.First())}\"");
        if (query.Actor is { } actor) needles.Add($"\"actor\":\"{Encoded(actor)}\"");
        if (query.User is { } user) needles.Add($"{Encoded(user)}\"");
        if (query.Run is { } run) needles.Add($"\"run\":\"{Encoded(run.ToString())}");
        if (query.CallId is { } call) needles.Add($"\"call\":\"{Encoded(call)}\"");
        if (query.Tool is { } tool) needles.Add($"\"tool\":\"{Encoded(tool)}\"");
        if (query.Text is { } text && Encoded(text) == text) _text = text;
        _needles = [.. needles.Select(Encoding.ASCII.GetBytes)];
    }

    public bool AreIn(ReadOnlySpan<byte> line)
    {
        foreach (var needle in _needles)
        {
            if (line.IndexOf(needle) < 0) return false;
        }

        return _text is null || Contains(line, _text);
    }

    private static bool Contains(ReadOnlySpan<byte> line, string text)
    {
        var letters = ArrayPool<char>.Shared.Rent(line.Length);
        // What is no ASCII is no line of the log: it does not parse either.
        var contains = Ascii.ToUtf16(line, letters, out var count) == OperationStatus.Done && letters.AsSpan(0, count).Contains(text, StringComparison.OrdinalIgnoreCase);
        ArrayPool<char>.Shared.Return(letters);
        return contains;
    }

    private static string Encoded(string text) => JsonEncodedText.Encode(text).ToString();
}
