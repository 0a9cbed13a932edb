using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Cadre.Engine.Policies;
using Cadre.Guard.Policies.Yaml;

namespace Cadre.Guard.Policies.Files;

/// <summary>paths.yaml: rules over the workspace's files.</summary>
internal static class PathsFile
{
    public const string Name = "paths.yaml";

    private static readonly IReadOnlyDictionary<string, PathAccess> Accesses = new Dictionary<string, PathAccess>
    {
        ["read"] = PathAccess.Read,
        ["write"] = PathAccess.Write,
        ["delete"] = PathAccess.Delete,
    };

    public static PolicyRules Read(YamlMap map, YamlErrors errors, PolicyRules rules)
    {
        var file = new MapReader(map, Name, errors, "version", "defaults", "paths");
        PolicyFormat.CheckVersion(file);
        HashSet<string> taken = [];
        return rules with
        {
            Defaults = Defaults(file, rules.Defaults),
            Paths = [.. file.Maps("paths").Select(rule => ReadPath(rule, errors, taken)).OfType<PathRule>()],
        };
    }

    private static PolicyDefaults Defaults(MapReader file, PolicyDefaults defaults)
    {
        if (file.Map("defaults") is not { } map) return defaults;
        var given = new MapReader(map, "'defaults'", file.Errors, "read", "write", "delete");
        return defaults with
        {
            PathRead = given.Word(given.Text("read"), RuleHead.Verdicts) ?? defaults.PathRead,
            PathWrite = given.Word(given.Text("write"), RuleHead.Verdicts) ?? defaults.PathWrite,
            PathDelete = given.Word(given.Text("delete"), RuleHead.Verdicts) ?? defaults.PathDelete,
        };
    }

    private static PathRule? ReadPath(YamlMap map, YamlErrors errors, HashSet<string> taken)
    {
        var before = errors.Found.Count;
        var rule = new MapReader(map, "a path rule", errors, "name", "path", "access", "verdict", "because", "examples");
        var head = RuleHead.Read(rule, "paths", taken);
        rule.Require("path");
        var globs = rule.Parsed<PathGlob>("path", PathGlob.TryParse);
        ImmutableArray<PathAccess> accesses = rule.Has("access") ? rule.Words("access", Accesses) : [.. Accesses.Values];
        if (errors.Found.Count > before) return null;

        var read = new PathRule(head!.Name, head.Verdict, head.Because, globs, accesses);
        RuleExamples.Try<PathUse>(rule, ParseExample, read.Matches);
        return read;

        bool ParseExample(string text, [NotNullWhen(true)] out PathUse? use, [NotNullWhen(false)] out string? error)
        {
            var space = text.IndexOf(' ');
            use = space > 0 && Accesses.TryGetValue(text[..space], out var access) ? new(text[(space + 1)..], access) : new(text, accesses[0]);
            error = use.Path is "" ? "there is no path" : null;
            return error is null;
        }
    }
}
