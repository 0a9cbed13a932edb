using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cadre.Models.Prices;

/// <summary>Reads <c>prices.yaml</c> strictly: an unknown or repeated key, a wrong type, a negative number or an empty file is refused with its place.</summary>
internal static class PriceFile
{
    private const int LongestBytes = 1024 * 1024;
    private const int MostEntries = 10_000;
    private const int MostStars = 4;
    private const string DefaultName = "prices.yaml";

    public static PriceList Embedded()
    {
        using var stream = typeof(PriceFile).Assembly.GetManifestResourceStream(DefaultName) ?? throw new UnreachableException("The default prices are not embedded.");
        using var reader = new StreamReader(stream);
        return TryParse(reader.ReadToEnd(), DefaultName, out var entries, out var problem) ? new(entries) : throw new UnreachableException(problem);
    }

    public static bool TryRead(string path, out ImmutableArray<PriceEntry> entries, [NotNullWhen(false)] out string? problem)
    {
        entries = [];
        try
        {
            if (new FileInfo(path).Length > LongestBytes)
            {
                problem = $"{path}: is longer than {LongestBytes} bytes.";
                return false;
            }

            return TryParse(File.ReadAllText(path), path, out entries, out problem);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"{path}: {exception.Message}";
            return false;
        }
    }

    public static bool TryParse(string text, string file, out ImmutableArray<PriceEntry> entries, [NotNullWhen(false)] out string? problem)
    {
        entries = [];
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            entries = Read(yaml);
            problem = null;
            return true;
        }
        catch (YamlException exception)
        {
            problem = $"{file}:{exception.Start.Line}:{exception.Start.Column}: {exception.Message}";
            return false;
        }
    }

    private static ImmutableArray<PriceEntry> Read(YamlStream yaml)
    {
        if (yaml.Documents is not [var document]) throw At(null, "One document with a list 'prices' is wanted.");
        var root = Members(document.RootNode, "prices");
        if (!root.TryGetValue("prices", out var list) || list is not YamlSequenceNode sequence) throw At(list ?? document.RootNode, "'prices' must be a list.");
        if (sequence.Children.Count > MostEntries) throw At(sequence, $"More than {MostEntries} prices.");
        return [.. sequence.Select(Entry)];
    }

    private static PriceEntry Entry(YamlNode node)
    {
        var members = Members(node, "model", "host", "input", "cached", "output");
        var model = Pattern(members, "model") ?? throw At(node, "'model' is missing.");
        var input = Amount(members, "input") ?? throw At(node, "'input' is missing.");
        var output = Amount(members, "output") ?? throw At(node, "'output' is missing.");
        return new(model, Pattern(members, "host") ?? "*", new(input, output, Amount(members, "cached")));
    }

    private static Dictionary<string, YamlNode> Members(YamlNode node, params ReadOnlySpan<string> known)
    {
        if (node is not YamlMappingNode mapping) throw At(node, "Names with values are wanted here.");
        var members = new Dictionary<string, YamlNode>();
        foreach (var (key, value) in mapping)
        {
            if (key is not YamlScalarNode { Value: { } name } || !known.Contains(name)) throw At(key, $"'{key}' is not known here; known are {string.Join(", ", known)}.");
            if (!members.TryAdd(name, value)) throw At(key, $"'{name}' stands here twice.");
        }

        return members;
    }

    private static string? Pattern(Dictionary<string, YamlNode> members, string name)
    {
        if (!members.TryGetValue(name, out var node)) return null;
        if (node is not YamlScalarNode { Value: { Length: > 0 } text }) throw At(node, $"'{name}' must be a text.");
        return text.Count(character => character == '*') <= MostStars ? text : throw At(node, $"'{name}' has more than {MostStars} stars.");
    }

    private static decimal? Amount(Dictionary<string, YamlNode> members, string name)
    {
        if (!members.TryGetValue(name, out var node)) return null;
        return node is YamlScalarNode { Value: { } text } && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            ? amount
            : throw At(node, $"'{name}' must be a number of US dollars that is not negative.");
    }

    private static YamlException At(YamlNode? node, string reason) => node is null ? new(Mark.Empty, Mark.Empty, reason) : new(node.Start, node.End, reason);
}
