using Cadre.Guard.Policies;
using YamlDotNet.RepresentationModel;

namespace Cadre.Cli.Rendering;

/// <summary>The rules of policy files that were found valid, in the files' own words. Judging never uses this.</summary>
internal static class PolicyRuleRows
{
    private static readonly (string File, string Section, string Prefix)[] Sections =
    [
        ("tools.yaml", "tools", "tools"), ("tools.yaml", "programs", "programs"), ("paths.yaml", "paths", "paths"), ("network.yaml", "hosts", "network"),
    ];

    private static readonly (string File, string Prefix)[] Defaults = [("tools.yaml", "default"), ("paths.yaml", "default.path")];

    /// <param name="folder">The built-in default when it does not exist.</param>
    public static IReadOnlyList<PolicyRuleRow> Read(string folder)
    {
        if (Directory.Exists(folder)) return ReadFolder(folder);
        var scratch = Directory.CreateTempSubdirectory("cadre-policy-");
        try
        {
            DefaultPolicy.Write(scratch.FullName);
            return ReadFolder(scratch.FullName);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static List<PolicyRuleRow> ReadFolder(string folder)
    {
        var files = Sections.Select(section => section.File).Distinct().ToDictionary(file => file, file => Load(Path.Combine(folder, file)));
        var rows = new List<PolicyRuleRow>();
        foreach (var (file, section, prefix) in Sections)
        {
            if (Find(files[file], section) is YamlSequenceNode rules) rows.AddRange(rules.OfType<YamlMappingNode>().Select(rule => Row(prefix, rule)));
        }

        foreach (var (file, prefix) in Defaults)
        {
            if (Find(files[file], "defaults") is YamlMappingNode defaults)
                rows.AddRange(defaults.Select(each => new PolicyRuleRow($"{prefix}.{Text(each.Key)}", Text(each.Value), "what no rule names", "")));
        }

        if (Find(files["network.yaml"], "default") is { } host) rows.Add(new("default.host", Text(host), "what no rule names", ""));
        return rows;
    }

    private static PolicyRuleRow Row(string prefix, YamlMappingNode rule)
    {
        var matches = rule.Where(part => Text(part.Key) is not ("name" or "verdict" or "because" or "examples")).Select(part => $"{Text(part.Key)}: {Text(part.Value)}");
        return new($"{prefix}.{Text(Find(rule, "name"))}", Text(Find(rule, "verdict")), string.Join("; ", matches), Text(Find(rule, "because")));
    }

    private static YamlMappingNode? Load(string path)
    {
        var stream = new YamlStream();
        using var text = File.OpenText(path);
        stream.Load(text);
        return stream.Documents.FirstOrDefault()?.RootNode as YamlMappingNode;
    }

    private static YamlNode? Find(YamlMappingNode? map, string key) => map?.FirstOrDefault(pair => Text(pair.Key) == key).Value;

    private static string Text(YamlNode? node) => node switch
    {
        null => "",
        YamlScalarNode scalar => scalar.Value ?? "",
        YamlSequenceNode list => string.Join(", ", list.Select(Text)),
        YamlMappingNode map => "{" + string.Join(", ", map.Select(pair => $"{Text(pair.Key)}: {Text(pair.Value)}")) + "}",
        _ => node.ToString(),
    };
}

/// <param name="Name">As a verdict names it.</param>
/// <param name="Matches">Everything that the rule says about what it is for.</param>
internal sealed record PolicyRuleRow(string Name, string Verdict, string Matches, string Because);
