using System.Globalization;
using System.Text.RegularExpressions;
using Cadre.Simulator.Prompts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cadre.Simulator.Scripts;

/// <summary>Reads a script strictly: what it does not understand is refused with its place.</summary>
internal static class ScriptReader
{
    public static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(60);

    private const int MaxRules = 10_000;

    public static SimulatorScript Read(string yaml, string file)
    {
        var root = new ScriptMap(Parse(yaml, file), file, "a script");
        var name = root.TakeText("name") ?? file;
        var models = root.TakeItems("models").Select(node => node is YamlScalarNode { Value.Length: > 0 } id
            ? id.Value!
            : throw root.Refuse(node, "a model must be a text")).ToList();
        var otherwise = ReadOtherwise(root);
        var rules = root.TakeItems("rules").Select(node => ReadRule(node, file)).ToList();
        root.RequireAllTaken();
        if (rules.Count is 0 or > MaxRules)
        {
            throw root.Refuse(root.Node, $"a script needs 1 to {MaxRules} rules under 'rules'");
        }

        return new(name, rules) { Models = models, Otherwise = otherwise };
    }

    private static YamlNode Parse(string yaml, string file)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count switch
            {
                1 => stream.Documents[0].RootNode,
                0 => throw new SimulatorScriptException(file, 1, 1, "the script is empty"),
                _ => throw ScriptMap.Refuse(file, stream.Documents[1].RootNode.Start, "a script is one YAML document"),
            };
        }
        catch (YamlException invalid)
        {
            throw ScriptMap.Refuse(file, invalid.Start, $"not valid YAML: {invalid.InnerException?.Message ?? invalid.Message}");
        }
    }

    private static Otherwise ReadOtherwise(ScriptMap root)
    {
        var node = root.Take("otherwise");
        return (node as YamlScalarNode)?.Value switch
        {
            null when node is null => Otherwise.BuiltIn,
            "builtin" => Otherwise.BuiltIn,
            "fail" => Otherwise.Fail,
            _ => throw root.Refuse(node!, "'otherwise' must be builtin or fail"),
        };
    }

    private static Rule ReadRule(YamlNode node, string file)
    {
        var map = new ScriptMap(node, file, "a rule");
        var name = map.TakeText("name");
        var when = map.Take("when") is { } conditions ? ReadMatch(conditions, file) : new();
        var answer = map.Take("then") ?? throw map.Refuse(node, "a rule needs 'then': what it answers");
        var rule = new Rule(name, when, AnswerReader.Read(answer, file))
        {
            Times = map.TakeCount("times", 1, int.MaxValue) ?? int.MaxValue,
            Skip = map.TakeCount("skip", 0, int.MaxValue) ?? 0,
            Chance = map.TakeShare("chance") ?? 1,
        };
        map.RequireAllTaken();
        return rule;
    }

    private static RuleMatch ReadMatch(YamlNode node, string file)
    {
        var map = new ScriptMap(node, file, "'when'");
        var match = new RuleMatch
        {
            LastUser = TakePattern(map, "last_user"),
            Instructions = TakePattern(map, "instructions"),
            AnyText = TakePattern(map, "any_text"),
            ToolOutput = TakePattern(map, "tool_output"),
            LastRole = TakeOneOf(map, "last_role", "user", "assistant", "tool"),
            ToolOffered = map.TakeText("tool_offered"),
            Turns = TakeRange(map, "turns"),
            ToolResults = TakeRange(map, "tool_results"),
            Schema = map.TakeText("schema"),
            Model = map.TakeText("model"),
            Wire = TakeOneOf(map, "wire", "chat", "responses") switch { null => null, "chat" => Wire.Chat, _ => Wire.Responses },
            Stream = map.TakeFlag("stream"),
        };
        map.RequireAllTaken();
        return match;
    }

    private static Regex? TakePattern(ScriptMap map, string key)
    {
        var node = map.Take(key);
        if (node is null)
        {
            return null;
        }

        try
        {
            // Without backtracking a pattern cannot hang on a long conversation.
            return node is YamlScalarNode { Value: { } pattern }
                ? new(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)
                : throw map.Refuse(node, $"'{key}' must be a regular expression");
        }
        catch (Exception invalid) when (invalid is RegexParseException or NotSupportedException)
        {
            throw map.Refuse(node, $"'{key}' is not a regular expression that can be used (look-around and back-references cannot): {invalid.Message}");
        }
    }

    private static string? TakeOneOf(ScriptMap map, string key, params string[] values)
    {
        var node = map.Take(key);
        return node switch
        {
            null => null,
            YamlScalarNode { Value: { } value } when values.Contains(value) => value,
            _ => throw map.Refuse(node, $"'{key}' must be one of {string.Join(", ", values)}"),
        };
    }

    /// <summary><c>2</c>, <c>1..3</c>, <c>2..</c> or <c>..2</c>.</summary>
    private static CountRange? TakeRange(ScriptMap map, string key)
    {
        var node = map.Take(key);
        if (node is null)
        {
            return null;
        }

        var text = (node as YamlScalarNode)?.Value ?? "";
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        var from = dots < 0 ? text : text[..dots];
        var to = dots < 0 ? text : text[(dots + 2)..];
        return IsCount(from, 0, out var least) && IsCount(to, int.MaxValue, out var most) && text.Length > 0 && text != ".." && least <= most
            ? new(least, most)
            : throw map.Refuse(node, $"'{key}' must be a number or a range such as 2, 1..3 or 2..");
    }

    private static bool IsCount(string text, int whenEmpty, out int count)
    {
        count = whenEmpty;
        return text.Length == 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }
}
