using System.Text;
using System.Text.Json;

namespace Cadre.Tools.Mcp.Configuration;

/// <summary>
/// JSON that remembers where in its text each value stands, so that a mistake can be named by line and column and an edit can leave the rest as
/// its owner wrote it. Duplicate names, comments and trailing commas are refused.
/// </summary>
internal sealed class LocatedJson
{
    private const int MaxDepth = 32;

    private LocatedJson(JsonValueKind kind, int start) => (Kind, Start) = (kind, start);

    public JsonValueKind Kind { get; }

    /// <summary>Byte offset of the value's first byte.</summary>
    public int Start { get; }

    /// <summary>Byte offset behind the value's last byte.</summary>
    public int End { get; private set; }

    /// <summary>Of a string; the literal of a number.</summary>
    public string Text { get; private init; } = "";

    public List<Member> Members { get; } = [];

    public List<LocatedJson> Items { get; } = [];

    /// <param name="NameStart">Byte offset of the name's opening quote.</param>
    public sealed record Member(string Name, int NameStart, LocatedJson Value);

    /// <summary>Null, and the place and reason, when the text is not JSON as described above.</summary>
    public static LocatedJson? Parse(ReadOnlySpan<byte> utf8, out McpProblem? problem)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var root = Read(ref reader, utf8, out problem);
            if (problem is null) reader.Read();
            return problem is null ? root : null;
        }
        catch (JsonException exception)
        {
            problem = new(null, (int)(exception.LineNumber ?? 0) + 1, (int)(exception.BytePositionInLine ?? 0) + 1, Reason(exception));
            return null;
        }
    }

    public Member? Find(string name) => Members.Find(member => member.Name == name);

    /// <summary>Line and column, both from 1; the column counts characters.</summary>
    public static (int Line, int Column) Position(ReadOnlySpan<byte> utf8, int offset)
    {
        var before = utf8[..Math.Min(offset, utf8.Length)];
        var line = before.Count((byte)'\n') + 1;
        return (line, Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1);
    }

    private static LocatedJson Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, out McpProblem? problem)
    {
        problem = null;
        var node = Leaf(ref reader);
        if (node.Kind == JsonValueKind.Object)
        {
            while (problem is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                problem = node.ReadMember(ref reader, utf8);
            }
        }
        else if (node.Kind == JsonValueKind.Array)
        {
            while (problem is null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                node.Items.Add(Read(ref reader, utf8, out problem));
            }
        }

        node.End = (int)reader.BytesConsumed;
        return node;
    }

    private McpProblem? ReadMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8)
    {
        var name = reader.GetString()!;
        var at = (int)reader.TokenStartIndex;
        if (Find(name) is not null)
        {
            var (line, column) = Position(utf8, at);
            return new(null, line, column, $"'{name}' is there twice.");
        }

        reader.Read();
        Members.Add(new(name, at, Read(ref reader, utf8, out var problem)));
        return problem;
    }

    private static LocatedJson Leaf(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => new(JsonValueKind.Object, start),
            JsonTokenType.StartArray => new(JsonValueKind.Array, start),
            JsonTokenType.String => new(JsonValueKind.String, start) { Text = reader.GetString()! },
            JsonTokenType.Number => new(JsonValueKind.Number, start) { Text = Encoding.UTF8.GetString(reader.ValueSpan) },
            JsonTokenType.True => new(JsonValueKind.True, start),
            JsonTokenType.False => new(JsonValueKind.False, start),
            _ => new(JsonValueKind.Null, start),
        };
    }

    private static string Reason(JsonException exception)
    {
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return "Not valid JSON: " + (end < 0 ? exception.Message : exception.Message[..end]);
    }
}
