using System.Collections.Immutable;
using Cadre.Engine.Policies;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Tests.Policies;

/// <summary>Small policies and calls that often meet.</summary>
internal static class RandomPolicy
{
    private static readonly string[] Tools = ["read_file", "write_file", "run"];
    private static readonly string[] Paths = ["a", "a/b", "c", "../x", "a/B"];
    private static readonly string[] PathGlobs = ["**", "a/**", "a", "**/b"];
    private static readonly string[] Hosts = ["a.com", "x.a.com", "10.0.0.1", "0x1"];
    private static readonly string[] HostGlobs = ["*", "*.a.com", "a.com", "10.*"];
    private static readonly string[][] Commands = [["git", "push"], ["git", "push", "-f"], ["/usr/bin/git", "status"], ["./git", "status"], ["env", "git", "push"], ["ls"]];

    public static PolicyRules Rules(Random random)
    {
        var rules = new PolicyRules { AllowNet = random.Next(4) > 0 };
        for (var i = random.Next(8); i > 0; i--) rules = WithOneMore(rules, random, VerdictKind.Allow);
        return rules;
    }

    public static PolicyRules WithOneMore(PolicyRules rules, Random random, VerdictKind atLeast)
    {
        var verdict = (VerdictKind)random.Next((int)atLeast, 3);
        return random.Next(4) switch
        {
            0 => rules with { Tools = rules.Tools.Add(PolicyTests.Tool("tools.x", verdict, Pick(random, [.. Tools, "*", "*_file"]))) },
            1 => rules with { Programs = rules.Programs.Add(Program(random, verdict)) },
            2 => rules with { Paths = rules.Paths.Add(PolicyTests.Path("paths.x", verdict, Pick(random, PathGlobs))) },
            _ => rules with { Hosts = rules.Hosts.Add(PolicyTests.Host("network.x", verdict, Pick(random, HostGlobs))) },
        };
    }

    public static CallFacts Facts(Random random) => new(Pick(random, Tools), "builtin", (Effect)random.Next(4), default)
    {
        Argv = random.Next(2) == 0 ? [] : [.. Pick(random, Commands)],
        Paths = [.. Enumerable.Range(0, random.Next(3)).Select(_ => new PathUse(Pick(random, Paths), (PathAccess)random.Next(3)))],
        Hosts = [.. Enumerable.Range(0, random.Next(2)).Select(_ => new HostUse("https", Pick(random, Hosts), 443))],
    };

    private static ProgramRule Program(Random random, VerdictKind verdict) =>
        new("programs.x", verdict, "because", [PolicyTests.Parsed(Pick(random, ["git", "ls", "*"]))])
        {
            Subcommands = random.Next(2) == 0 ? [] : [Pick(random, ["push", "status"])],
            With = random.Next(4) == 0 ? ["--force", "-f"] : [],
            Without = random.Next(4) == 0 ? ["-f"] : [],
        };

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
