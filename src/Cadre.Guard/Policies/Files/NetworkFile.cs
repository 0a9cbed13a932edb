using System.Collections.Immutable;
using System.Globalization;
using Cadre.Engine.Policies;
using Cadre.Guard.Policies.Yaml;

namespace Cadre.Guard.Policies.Files;

/// <summary>network.yaml: rules over the hosts that tools speak to.</summary>
internal static class NetworkFile
{
    public const string Name = "network.yaml";

    public static PolicyRules Read(YamlMap map, YamlErrors errors, PolicyRules rules)
    {
        var file = new MapReader(map, Name, errors, "version", "default", "commands", "hosts");
        PolicyFormat.CheckVersion(file);
        HashSet<string> taken = [];
        return rules with
        {
            Defaults = rules.Defaults with
            {
                Host = file.Word(file.Text("default"), RuleHead.Verdicts) ?? rules.Defaults.Host,
                CommandNetwork = file.Word(file.Text("commands"), RuleHead.Verdicts) ?? rules.Defaults.CommandNetwork,
            },
            Hosts = [.. file.Maps("hosts").Select(rule => ReadHost(rule, errors, taken)).OfType<HostRule>()],
        };
    }

    private static HostRule? ReadHost(YamlMap map, YamlErrors errors, HashSet<string> taken)
    {
        var before = errors.Found.Count;
        var rule = new MapReader(map, "a host rule", errors, "name", "host", "port", "scheme", "verdict", "because", "examples");
        var head = RuleHead.Read(rule, "network", taken);
        rule.Require("host");
        var hosts = rule.Parsed<HostGlob>("host", HostGlob.TryParse);
        var ports = rule.Texts("port").Select(text => Ports(text, errors)).OfType<PortRange>().ToImmutableArray();
        var schemes = rule.Texts("scheme");
        foreach (var scheme in schemes.Where(scheme => !Uri.CheckSchemeName(scheme.Value) || scheme.Value.Any(char.IsAsciiLetterUpper)))
            errors.Add(scheme, $"'{scheme.Value}' is no scheme; write https, http, wss … in lower case");
        if (errors.Found.Count > before) return null;

        var read = new HostRule(head!.Name, head.Verdict, head.Because, hosts) { Ports = ports, Schemes = [.. schemes.Select(scheme => scheme.Value)] };
        RuleExamples.Try<HostUse>(rule, HostText.TryParse, read.Matches);
        return read;
    }

    private static PortRange? Ports(YamlText text, YamlErrors errors)
    {
        var parts = text.Value.Split('-');
        if (parts.Length <= 2 && Port(parts[0]) is { } first && Port(parts[^1]) is { } last && first <= last) return new(first, last);
        errors.Add(text, $"'{text.Value}' is no port; write 443 or 8000-8999");
        return null;
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535 ? port : null;
}
