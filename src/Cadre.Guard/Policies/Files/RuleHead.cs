using System.Text.RegularExpressions;
using Cadre.Engine.Policies;
using Cadre.Guard.Policies.Yaml;

namespace Cadre.Guard.Policies.Files;

/// <summary>What every rule has: a name, a verdict, a reason.</summary>
internal sealed record RuleHead(string Name, VerdictKind Verdict, string Because)
{
    private const int MaxReason = 300;

    public static IReadOnlyDictionary<string, VerdictKind> Verdicts { get; } = new Dictionary<string, VerdictKind>
    {
        ["allow"] = VerdictKind.Allow,
        ["ask"] = VerdictKind.Ask,
        ["deny"] = VerdictKind.Deny,
    };

    /// <param name="section">Goes before the name: "tools", "programs", "paths", "network".</param>
    /// <param name="taken">Names of the rules before it.</param>
    /// <returns>Null, with errors, when one of them is missing or wrong.</returns>
    public static RuleHead? Read(MapReader rule, string section, HashSet<string> taken)
    {
        var named = rule.Require("name");
        var judged = rule.Require("verdict");
        var name = rule.Text("name");
        var verdict = rule.Word(rule.Text("verdict"), Verdicts);
        var because = rule.Text("because");

        if (name is not null && !RuleNames.Pattern().IsMatch(name.Value))
        {
            rule.Errors.Add(name, "a rule's name has lower-case letters, digits and '-', and begins with a letter (at most 60)");
            name = null;
        }

        if (name is not null && !taken.Add(name.Value)) rule.Errors.Add(name, $"there is already a rule '{section}.{name.Value}'");
        if (because?.Value.Length > MaxReason) rule.Errors.Add(because, $"'because' has at most {MaxReason} characters");
        if (verdict is VerdictKind.Ask or VerdictKind.Deny && because is null && !rule.Has("because"))
            rule.Errors.Add(rule.Place, $"a rule that {(verdict == VerdictKind.Ask ? "asks" : "denies")} needs 'because': it is told to whoever is stopped by it");

        return named && judged && name is not null && verdict is { } kind
            ? new($"{section}.{name.Value}", kind, because?.Value ?? "Allowed by the policy.")
            : null;
    }
}

internal static partial class RuleNames
{
    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,59}\z", RegexOptions.CultureInvariant)]
    public static partial Regex Pattern();
}
