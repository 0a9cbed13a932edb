using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cadre.Tools.Bundles;

/// <summary>YAML without its surprises: no anchors, aliases, tags, merge keys, second documents or duplicate keys, and no deep nesting.</summary>
internal sealed partial class YamlNode
{
    public const int MaxDepth = 32;
    public const int MaxNodes = 20_000;

    private YamlNode(ParsingEvent at) => (Line, Column) = ((int)at.Start.Line, (int)at.Start.Column);

    public int Line { get; }

    public int Column { get; }

    /// <summary>Null unless this is a scalar.</summary>
    public string? Text { get; private init; }

    /// <summary>Whether the scalar was written without quotes, so that it may mean a number, a truth value or nothing.</summary>
    public bool IsPlain { get; private init; }

    public List<(YamlNode Key, YamlNode Value)>? Members { get; private init; }

    public List<YamlNode>? Items { get; private init; }

    public YamlNode? Find(string key) => Members?.Find(member => member.Key.Text == key).Value;

    public static YamlNode? Parse(string text, out BundleProblem? problem)
    {
        try
        {
            problem = null;
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _)) throw new YamlException("The file is empty.");
            parser.Consume<DocumentStart>();
            var nodes = 0;
            var root = Read(parser, 0, ref nodes);
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out var more) ? root : throw new YamlException(parser.Current!.Start, parser.Current.End, "A second document is not allowed.");
        }
        catch (YamlException exception)
        {
            problem = new((int)exception.Start.Line, (int)exception.Start.Column, exception.Message);
            return null;
        }
    }

    /// <summary>The value as JSON, by the rules of YAML's core schema.</summary>
    public JsonElement ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) Write(writer);
        return JsonElement.Parse(buffer.ToArray());
    }

    private static YamlNode Read(IParser parser, int depth, ref int nodes)
    {
        var at = parser.Current!;
        if (depth > MaxDepth || ++nodes > MaxNodes) throw new YamlException(at.Start, at.End, $"More than {MaxDepth} levels or {MaxNodes} values.");
        if (at is AnchorAlias or NodeEvent { Anchor.IsEmpty: false }) throw new YamlException(at.Start, at.End, "Anchors and aliases are not allowed.");
        if (at is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } }) throw new YamlException(at.Start, at.End, "Tags are not allowed.");
        if (parser.TryConsume<Scalar>(out var scalar)) return new(scalar) { Text = scalar.Value, IsPlain = scalar.Style == ScalarStyle.Plain };
        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Read(parser, depth + 1, ref nodes));
            return new(sequence) { Items = items };
        }

        var mapping = parser.Consume<MappingStart>();
        var node = new YamlNode(mapping) { Members = [] };
        while (!parser.TryConsume<MappingEnd>(out _)) node.ReadMember(parser, depth, ref nodes);
        return node;
    }

    private void ReadMember(IParser parser, int depth, ref int nodes)
    {
        var at = parser.Current!;
        var key = Read(parser, depth + 1, ref nodes);
        if (key.Text is not { } name || name == "<<") throw new YamlException(at.Start, at.End, "A key is a plain word.");
        if (Find(name) is not null) throw new YamlException(at.Start, at.End, $"'{name}' is there twice.");
        Members!.Add((key, Read(parser, depth + 1, ref nodes)));
    }

    private void Write(Utf8JsonWriter writer)
    {
        if (Members is not null)
        {
            writer.WriteStartObject();
            foreach (var (key, value) in Members)
            {
                writer.WritePropertyName(key.Text!);
                value.Write(writer);
            }

            writer.WriteEndObject();
        }
        else if (Items is not null)
        {
            writer.WriteStartArray();
            foreach (var item in Items) item.Write(writer);
            writer.WriteEndArray();
        }
        else
        {
            WriteScalar(writer);
        }
    }

    private void WriteScalar(Utf8JsonWriter writer)
    {
        if (!IsPlain) writer.WriteStringValue(Text);
        else if (Text is "" or "~" or "null" or "Null" or "NULL") writer.WriteNullValue();
        else if (Text is "true" or "True" or "TRUE") writer.WriteBooleanValue(true);
        else if (Text is "false" or "False" or "FALSE") writer.WriteBooleanValue(false);
        else if (JsonNumber().IsMatch(Text!) && double.TryParse(Text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) writer.WriteRawValue(Encoding.UTF8.GetBytes(Text!));
        else writer.WriteStringValue(Text);
    }

    [GeneratedRegex(@"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex JsonNumber();
}
