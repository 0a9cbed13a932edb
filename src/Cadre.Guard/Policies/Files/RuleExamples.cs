using Cadre.Guard.Policies.Yaml;

namespace Cadre.Guard.Policies.Files;

/// <summary>The examples of a rule: what it must match and what it must not. They are tried when the rule is loaded.</summary>
internal static class RuleExamples
{
    /// <param name="parse">Of one example; the error says what is wrong with its text.</param>
    /// <param name="matches">Whether the rule matches a parsed example.</param>
    public static void Try<T>(MapReader rule, MapReader.TryParse<T> parse, Func<T, bool> matches)
        where T : class
    {
        if (rule.Map("examples") is not { } map) return;
        var examples = new MapReader(map, "'examples'", rule.Errors, "hit", "miss");
        if (map.Entries.IsEmpty) rule.Errors.Add(map, "'examples' needs 'hit', 'miss' or both");
        foreach (var (key, expected) in new[] { ("hit", true), ("miss", false) })
        {
            foreach (var text in examples.Texts(key))
            {
                if (!parse(text.Value, out var example, out var error)) rule.Errors.Add(text, $"the example cannot be read: {error}");
                else if (matches(example) != expected) rule.Errors.Add(text, expected ? $"the rule does not match this example: {text.Value}" : $"the rule matches this example, which it must miss: {text.Value}");
            }
        }
    }
}
