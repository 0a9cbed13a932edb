using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Cadre.Engine.Policies;
using Cadre.Guard.Policies.Yaml;

namespace Cadre.Guard.Policies.Files;

/// <summary>One entry of "programs".</summary>
internal static class ProgramReader
{
    public static ProgramRule? Read(YamlMap map, YamlErrors errors, HashSet<string> taken)
    {
        var before = errors.Found.Count;
        var rule = new MapReader(
            map, "a program rule", errors,
            "name", "program", "subcommand", "with", "without", "only", "args", "operands", "verdict", "because", "examples");
        var head = RuleHead.Read(rule, "programs", taken);
        rule.Require("program");
        var only = rule.Has("only") ? Options(rule, "only") : (ImmutableArray<string>?)null;
        if (only is not null && head?.Verdict is VerdictKind.Ask or VerdictKind.Deny)
            errors.Add(rule.KeyOf("only"), "'only' belongs to rules that allow; use 'with'");

        var read = new ProgramRule(head?.Name ?? "", head?.Verdict ?? VerdictKind.Deny, head?.Because ?? "", rule.Parsed<Glob>("program", Glob.TryParse))
        {
            Subcommands = [.. rule.Texts("subcommand").Select(text => text.Value)],
            With = Options(rule, "with"),
            Without = Options(rule, "without"),
            Only = only,
            Arguments = Arguments(rule),
            Operands = rule.Parsed<TextPattern>("operands", TextPattern.TryParse),
        };
        if (errors.Found.Count > before) return null;

        RuleExamples.Try<Argv>(rule, Argv.TryParse, argv => read.Matches(argv.Words));
        return read;
    }

    private static ImmutableArray<string> Options(MapReader rule, string key)
    {
        var options = rule.Texts(key);
        foreach (var option in options)
        {
            if (option.Value is "-" or "--" || !option.Value.StartsWith('-') || option.Value.Contains(' '))
                rule.Errors.Add(option, $"'{option.Value}' is no option; it begins with '-' and stands alone (a value needs no mention)");
        }

        return [.. options.Select(option => option.Value)];
    }

    /// <summary>A list: text is that word, a list is one of its words, "*" is any word, "..." (last) is any words, {matches: …} is a pattern.</summary>
    private static ArgumentPattern? Arguments(MapReader rule)
    {
        if (!rule.Has("args")) return null;
        var items = rule.List("args");
        if (items.Length > ArgumentPattern.MaxWords) rule.Errors.Add(rule.KeyOf("args"), $"'args' has at most {ArgumentPattern.MaxWords} entries");
        var words = ImmutableArray.CreateBuilder<WordPattern>();
        var rest = false;
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is YamlText { Value: "..." })
            {
                rest = i == items.Length - 1;
                if (!rest) rule.Errors.Add(items[i], "'...' stands last");
            }
            else if (Word(items[i], rule.Errors) is { } word)
            {
                words.Add(word);
            }
        }

        return new(words.ToImmutable(), rest);
    }

    private static WordPattern? Word(YamlNode node, YamlErrors errors)
    {
        switch (node)
        {
            case YamlText { Value: "*", IsNothing: false }:
                return new WordPattern.Any();
            case YamlText { IsNothing: false } text:
                return new WordPattern.OneOf([text.Value]);
            case YamlList { Items.IsEmpty: false } list when list.Items.All(item => item is YamlText { IsNothing: false }):
                return new WordPattern.OneOf([.. list.Items.OfType<YamlText>().Select(item => item.Value)]);
            case YamlMap map:
                var like = new MapReader(map, "an argument", errors, "matches");
                return like.Require("matches") && like.Parsed<TextPattern>("matches", TextPattern.TryParse) is [var pattern] ? new WordPattern.Like(pattern) : null;
            default:
                errors.Add(node, "an argument is a word, a list of words, '*', '...' or {matches: pattern}");
                return null;
        }
    }
}

/// <summary>A command's words, as an example.</summary>
internal sealed record Argv(ImmutableArray<string> Words)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out Argv? argv, [NotNullWhen(false)] out string? error)
    {
        argv = CommandWords.TrySplit(text, out var words, out error) ? new(words) : null;
        return argv is not null;
    }
}
