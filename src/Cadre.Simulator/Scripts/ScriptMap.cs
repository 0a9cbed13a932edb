using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cadre.Simulator.Scripts;

/// <summary>A YAML mapping of which every key must be taken: what is left is refused.</summary>
internal sealed class ScriptMap
{
    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private readonly string _file;

    public ScriptMap(YamlNode node, string file, string what)
    {
        _file = file;
        Node = node;
        if (node is not YamlMappingNode map)
        {
            throw Refuse(node, $"{what} must be a mapping of keys to values");
        }

        foreach (var (key, value) in map.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
            {
                throw Refuse(key, "a key must be a plain word");
            }

            _entries.Add(name, (key, value));
        }
    }

    public YamlNode Node { get; }

    public string File => _file;

    public bool Has(string key) => _entries.ContainsKey(key);

    public YamlNode? Take(string key)
    {
        _known.Add(key);
        return _entries.Remove(key, out var entry) ? entry.Value : null;
    }

    public void RequireAllTaken()
    {
        if (_entries.Count > 0)
        {
            var (name, (key, _)) = _entries.First();
            throw Refuse(key, $"unknown key '{name}'; known here: {string.Join(", ", _known)}");
        }
    }

    public string? TakeText(string key) => Take(key) switch
    {
        null => null,
        YamlScalarNode { Value: { } text } => text,
        var node => throw Refuse(node, $"'{key}' must be a text"),
    };

    public bool? TakeFlag(string key) => Take(key) switch
    {
        null => null,
        YamlScalarNode { Value: "true" } => true,
        YamlScalarNode { Value: "false" } => false,
        var node => throw Refuse(node, $"'{key}' must be true or false"),
    };

    public int? TakeCount(string key, int min, int max)
    {
        var node = Take(key);
        return node switch
        {
            null => null,
            YamlScalarNode { Value: { } text } when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= min && count <= max => count,
            _ => throw Refuse(node, $"'{key}' must be a whole number from {min} to {max}"),
        };
    }

    public double? TakeShare(string key)
    {
        var node = Take(key);
        return node switch
        {
            null => null,
            YamlScalarNode { Value: { } text } when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 => share,
            _ => throw Refuse(node, $"'{key}' must be a number from 0 to 1"),
        };
    }

    /// <summary>A time: <c>250ms</c>, <c>1.5s</c>, <c>2m</c>, or a bare number of milliseconds.</summary>
    public TimeSpan? TakeTime(string key)
    {
        var node = Take(key);
        if (node is null)
        {
            return null;
        }

        var text = (node as YamlScalarNode)?.Value ?? "";
        var (number, unit) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 1),
            _ when text.EndsWith('s') => (text[..^1], 1_000),
            _ when text.EndsWith('m') => (text[..^1], 60_000),
            _ => (text, 1),
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount * unit <= ScriptReader.MaxTime.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(amount * unit)
            : throw Refuse(node, $"'{key}' must be a time of at most {ScriptReader.MaxTime.TotalMinutes:0} minutes such as 250ms, 1.5s or 2m");
    }

    public IEnumerable<YamlNode> TakeItems(string key) => Take(key) switch
    {
        null => [],
        YamlSequenceNode list => list.Children,
        var node => throw Refuse(node, $"'{key}' must be a list"),
    };

    public SimulatorScriptException Refuse(YamlNode node, string reason) => Refuse(_file, node.Start, reason);

    public static SimulatorScriptException Refuse(string file, Mark at, string reason) =>
        new(file, (int)Math.Max(1, at.Line), (int)Math.Max(1, at.Column), reason);
}
