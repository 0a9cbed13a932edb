using Cadre.Engine.Policies;
using Cadre.Guard.Policies.Yaml;

namespace Cadre.Guard.Policies.Files;

/// <summary>tools.yaml: rules over tools and over the programs that they start, defaults, the budget.</summary>
internal static class ToolsFile
{
    public const string Name = "tools.yaml";

    public static PolicyRules Read(YamlMap map, YamlErrors errors, PolicyRules rules)
    {
        var file = new MapReader(map, Name, errors, "version", "defaults", "budget", "tools", "programs");
        PolicyFormat.CheckVersion(file);
        HashSet<string> tools = [], programs = [];
        return rules with
        {
            Defaults = Defaults(file, rules.Defaults),
            Budget = BudgetReader.Read(file),
            Tools = [.. file.Maps("tools").Select(rule => ReadTool(rule, errors, tools)).OfType<ToolRule>()],
            Programs = [.. file.Maps("programs").Select(rule => ProgramReader.Read(rule, errors, programs)).OfType<ProgramRule>()],
        };
    }

    private static PolicyDefaults Defaults(MapReader file, PolicyDefaults defaults)
    {
        if (file.Map("defaults") is not { } map) return defaults;
        var given = new MapReader(map, "'defaults'", file.Errors, "read", "change", "program");
        return defaults with
        {
            Read = given.Word(given.Text("read"), RuleHead.Verdicts) ?? defaults.Read,
            Change = given.Word(given.Text("change"), RuleHead.Verdicts) ?? defaults.Change,
            Program = given.Word(given.Text("program"), RuleHead.Verdicts) ?? defaults.Program,
        };
    }

    private static ToolRule? ReadTool(YamlMap map, YamlErrors errors, HashSet<string> taken)
    {
        var before = errors.Found.Count;
        var rule = new MapReader(map, "a tool rule", errors, "name", "tool", "source", "effect", "arguments", "verdict", "because", "examples");
        var head = RuleHead.Read(rule, "tools", taken);
        var read = new ToolRule(head?.Name ?? "", head?.Verdict ?? VerdictKind.Deny, head?.Because ?? "")
        {
            Tools = rule.Parsed<Glob>("tool", Glob.TryParse),
            Sources = rule.Parsed<Glob>("source", Glob.TryParse),
            Effects = rule.Words("effect", CallText.Effects),
            Arguments = [.. rule.Maps("arguments").Select(condition => ReadCondition(condition, errors)).OfType<ArgumentCondition>()],
        };
        if (!rule.Has("tool") && !rule.Has("source") && !rule.Has("effect") && !rule.Has("arguments"))
            errors.Add(map, "a tool rule needs 'tool', 'source', 'effect' or 'arguments'; for every tool write tool: \"*\"");
        if (errors.Found.Count > before) return null;

        RuleExamples.Try<CallText>(rule, CallText.TryParse, call => read.Matches(new(call.Tool, call.Source, call.Effect, call.Arguments)));
        return read;
    }

    private static ArgumentCondition? ReadCondition(YamlMap map, YamlErrors errors)
    {
        var condition = new MapReader(map, "an argument condition", errors, "at", "equals", "matches");
        if (!condition.Require("at") || condition.Text("at") is not { } at) return null;
        var patterns = condition.Has("matches") && condition.Text("matches") is not null ? condition.Parsed<TextPattern>("matches", TextPattern.TryParse) : [];
        if (patterns.Length > 1) errors.Add(condition.KeyOf("matches"), "'matches' is one pattern");
        return new(ArgumentCondition.ParseLocation(at.Value), condition.Text("equals")?.Value, patterns.IsEmpty ? null : patterns[0]);
    }
}
