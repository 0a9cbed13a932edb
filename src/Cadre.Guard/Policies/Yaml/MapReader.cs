using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Cadre.Guard.Policies.Yaml;

/// <summary>Reads the keys of one map. What is missing or of the wrong kind is an error at its place; the reading goes on, to find the others.</summary>
internal sealed class MapReader
{
    private const int MaxItems = 1_000;

    private readonly YamlMap _map;
    private readonly string _what;

    /// <param name="what">For messages: "a tool rule".</param>
    /// <param name="known">Every key that the map may have.</param>
    public MapReader(YamlMap map, string what, YamlErrors errors, params ReadOnlySpan<string> known)
    {
        (_map, _what, Errors) = (map, what, errors);
        foreach (var (key, _) in map.Entries)
        {
            if (!known.Contains(key.Value)) errors.Add(key, $"{what} has no key '{key.Value}'; it may have {string.Join(", ", known!)}");
        }
    }

    public YamlErrors Errors { get; }

    public YamlNode Place => _map;

    public bool Has(string key) => Find(key) is not null;

    public YamlNode? Find(string key) => _map.Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Value;

    /// <summary>The key, for an error about it; the map when the key is missing.</summary>
    public YamlNode KeyOf(string key) => (YamlNode?)_map.Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Key ?? _map;

    public bool Require(string key)
    {
        if (Has(key)) return true;
        Errors.Add(_map, $"{_what} needs the key '{key}'");
        return false;
    }

    public YamlText? Text(string key) => Find(key) is { } node ? AsText(node, key) : null;

    /// <summary>One text or a list of at least one.</summary>
    public ImmutableArray<YamlText> Texts(string key) => Find(key) switch
    {
        null => [],
        YamlList list => TextsOf(list, key),
        var node => AsText(node, key) is { } text ? [text] : [],
    };

    public YamlMap? Map(string key)
    {
        if (Find(key) is not { } node) return null;
        if (node is YamlMap map) return map;
        Errors.Add(node, $"'{key}' must be a map of keys, not {Kind(node)}");
        return null;
    }

    public ImmutableArray<YamlNode> List(string key)
    {
        if (Find(key) is not { } node) return [];
        if (node is not YamlList list)
        {
            Errors.Add(node, $"'{key}' must be a list, not {Kind(node)}");
            return [];
        }

        if (list.Items.IsEmpty) Errors.Add(node, $"'{key}' is an empty list; remove the key or list something");
        if (list.Items.Length <= MaxItems) return list.Items;
        Errors.Add(node, $"'{key}' has more than {MaxItems} entries");
        return [];
    }

    public IEnumerable<YamlMap> Maps(string key)
    {
        foreach (var item in List(key))
        {
            if (item is YamlMap map) yield return map;
            else Errors.Add(item, $"each entry of '{key}' must be a map of keys, not {Kind(item)}");
        }
    }

    /// <summary>Parses each text; a text that cannot be parsed is an error at its place.</summary>
    public ImmutableArray<T> Parsed<T>(string key, TryParse<T> tryParse)
        where T : class
    {
        var parsed = ImmutableArray.CreateBuilder<T>();
        foreach (var text in Texts(key))
        {
            if (tryParse(text.Value, out var value, out var error)) parsed.Add(value);
            else Errors.Add(text, error);
        }

        return parsed.ToImmutable();
    }

    /// <summary>One of a set of words.</summary>
    public T? Word<T>(YamlText? text, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        if (text is null) return null;
        if (words.TryGetValue(text.Value, out var value)) return value;
        Errors.Add(text, $"'{text.Value}' is not one of {string.Join(", ", words.Keys)}");
        return null;
    }

    public ImmutableArray<T> Words<T>(string key, IReadOnlyDictionary<string, T> words)
        where T : struct => [.. Texts(key).Select(text => Word(text, words)).OfType<T>()];

    public static string Kind(YamlNode node) => node switch
    {
        YamlMap => "a map",
        YamlList => "a list",
        YamlText { IsNothing: true } => "nothing",
        _ => "text",
    };

    private ImmutableArray<YamlText> TextsOf(YamlList list, string key) =>
        [.. List(key).Select(item => AsText(item, key)).OfType<YamlText>()];

    private YamlText? AsText(YamlNode node, string key)
    {
        if (node is YamlText { IsNothing: false } text) return text;
        Errors.Add(node, $"'{key}' must be text, not {Kind(node)}");
        return null;
    }

    internal delegate bool TryParse<T>(string text, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out string? error)
        where T : class;
}
