using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cadre.Guard.Policies.Yaml;

/// <summary>
/// Reads the plain part of YAML: one document of maps, lists and text. What makes YAML mean more than it shows (anchors, aliases, tags, merge
/// keys, several documents, a key twice) is refused, and its size and depth are bounded.
/// </summary>
internal sealed class YamlFile
{
    public const int MaxBytes = 256 << 10;
    public const int MaxDepth = 12;

    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly YamlErrors _errors;

    private YamlFile(string text, YamlErrors errors)
    {
        _scanner = new(new StringReader(text), skipComments: true);
        _parser = new(_scanner);
        _errors = errors;
    }

    /// <summary>The document's map; null, with errors, when there is none.</summary>
    public static YamlMap? Read(ReadOnlySpan<byte> bytes, YamlErrors errors)
    {
        if (bytes.Length > MaxBytes)
        {
            errors.Add(1, 1, $"the file has more than {MaxBytes >> 10} KiB");
            return null;
        }

        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
            return new YamlFile(text, errors).DocumentOrFlaw();
        }
        catch (DecoderFallbackException)
        {
            errors.Add(1, 1, "the file is not UTF-8 text");
        }
        catch (YamlException flaw)
        {
            var (line, column) = At(flaw.Start);
            errors.Add(line, column, $"not YAML: {flaw.Message.TrimEnd('.')}");
        }

        return null;
    }

    /// <summary>YamlDotNet's scanner throws these, without a place, on some damaged flow collections.</summary>
    private YamlMap? DocumentOrFlaw()
    {
        try
        {
            return Document();
        }
        catch (Exception flaw) when (flaw is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            var (line, column) = At(_scanner.CurrentPosition);
            _errors.Add(line, column, "not YAML: a value or a closing bracket was expected before here");
            return null;
        }
    }

    private YamlMap? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            _errors.Add(1, 1, "the file is empty");
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = Node(1);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            var (line, column) = At(second.Start);
            _errors.Add(line, column, "a policy file has one document; remove '---' and what follows");
        }

        switch (root)
        {
            case YamlMap map:
                return map;
            case YamlText { IsNothing: true }:
                _errors.Add(1, 1, "the file is empty");
                return null;
            default:
                _errors.Add(root, "a policy file is a map of keys");
                return null;
        }
    }

    private YamlNode Node(int depth)
    {
        var start = _parser.Consume<ParsingEvent>();
        var (line, column) = At(start.Start);
        if (depth > MaxDepth) throw new YamlException(start.Start, start.End, $"nested more than {MaxDepth} levels deep");

        if (start is AnchorAlias alias)
        {
            _errors.Add(line, column, $"aliases are not allowed (*{alias.Value}); write the value again");
            return new YamlText("", Plain: false, line, column);
        }

        if (start is NodeEvent node)
        {
            if (!node.Anchor.IsEmpty) _errors.Add(line, column, $"anchors are not allowed (&{node.Anchor.Value})");
            if (!node.Tag.IsEmpty) _errors.Add(line, column, $"tags are not allowed ({node.Tag.Value})");
        }

        return start switch
        {
            Scalar scalar => new YamlText(scalar.Value, scalar.Style == ScalarStyle.Plain, line, column),
            SequenceStart => List(line, column, depth),
            MappingStart => Map(line, column, depth),
            _ => throw new YamlException(start.Start, start.End, "a value was expected"),
        };
    }

    private YamlList List(int line, int column, int depth)
    {
        List<YamlNode> items = [];
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(depth + 1));
        return new([.. items], line, column);
    }

    private YamlMap Map(int line, int column, int depth)
    {
        List<YamlEntry> entries = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = Node(depth + 1);
            var value = Node(depth + 1);
            if (key is not YamlText name) _errors.Add(key, "a key must be text");
            else if (name is { Plain: true, Value: "<<" }) _errors.Add(key, "merge keys are not allowed (<<)");
            else if (entries.Find(entry => entry.Key.Value == name.Value) is { } first)
                _errors.Add(key, $"'{name.Value}' is given twice; the first is in line {first.Key.Line}");
            else entries.Add(new(name, value));
        }

        return new([.. entries], line, column);
    }

    private static (int Line, int Column) At(Mark mark) => (Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column));
}
