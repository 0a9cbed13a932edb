using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Cadre.Tools.Bundles;

namespace Cadre.Server.Definitions;

/// <summary>models.yaml: <c>aliases</c>, a map from a name that programs use to a model of the endpoint; <c>default</c>, the model for every unknown name.</summary>
internal sealed record ModelNamesFile(FrozenDictionary<string, string> Aliases, FrozenSet<string> Targets, string? Default)
{
    public const string Name = "models.yaml";
    public const int MaxBytes = 256 << 10;
    public const int MaxAliases = 1_000;
    public const int MaxNameLength = 256;

    public static ModelNamesFile Empty { get; } = new(FrozenDictionary<string, string>.Empty, FrozenSet<string>.Empty, null);

    /// <summary>A file that is not there names nothing.</summary>
    public static bool TryRead(string path, [NotNullWhen(true)] out ModelNamesFile? file, [NotNullWhen(false)] out string? problem)
    {
        (file, problem) = (null, null);
        try
        {
            var found = new FileInfo(path);
            if (!found.Exists) file = Empty;
            else if (found.Length > MaxBytes) problem = $"{path}: more than {MaxBytes >> 10} KiB";
            else file = Parse(File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)), path, out problem);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            problem = $"{path}: {failure.Message}";
        }

        return file is not null;
    }

    private static ModelNamesFile? Parse(string text, string path, out string? problem)
    {
        var root = YamlNode.Parse(text, out var flaw);
        var (at, reason) = root is null ? (null, flaw!.Reason) : Fault(root);
        problem = reason is null ? null : $"{path}:{at?.Line ?? flaw!.Line}: {reason.TrimEnd('.')}";
        if (problem is not null) return null;
        var aliases = root!.Find("aliases")?.Members?.ToDictionary(member => member.Key.Text!, member => member.Value.Text!, StringComparer.Ordinal) ?? [];
        return new(aliases.ToFrozenDictionary(StringComparer.Ordinal), aliases.Values.ToFrozenSet(StringComparer.Ordinal), root.Find("default")?.Text);
    }

    private static (YamlNode? At, string? Reason) Fault(YamlNode root)
    {
        if (root.Members is not { } members) return (root, "the file is a map with the keys 'aliases' and 'default'");
        foreach (var (key, value) in members)
        {
            if (key.Text is not ("aliases" or "default")) return (key, $"there is no key '{key.Text}'; the file may have 'aliases' and 'default'");
            if (key.Text == "default" && !IsName(value)) return (value, "'default' is the name of a model");
            if (key.Text == "aliases" && value.Members is null) return (value, "'aliases' is a map from a name to the name of a model");
        }

        if (root.Find("aliases") is not { Members: { } aliases }) return default;
        if (aliases.Count > MaxAliases) return (root.Find("aliases"), $"more than {MaxAliases} aliases");
        foreach (var (key, value) in aliases)
        {
            if (!IsName(key) || !IsName(value)) return (key, $"an alias and its model are names of 1 to {MaxNameLength} characters");
            if (aliases.Exists(other => other.Key.Text == value.Text)) return (value, $"'{value.Text}' is an alias itself; name the model");
        }

        return default;
    }

    private static bool IsName(YamlNode node) => node.Text is { Length: > 0 and <= MaxNameLength } name && !name.Any(char.IsControl);
}
