using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Tests.Policies;

public sealed class PolicyTests
{
    [Fact]
    public void Without_rules_reading_is_allowed_and_changing_asks()
    {
        Assert.Equal(VerdictKind.Allow, new Policy().Judge(Facts(Effect.Read)).Kind);
        Assert.Equal(VerdictKind.Ask, new Policy().Judge(Facts(Effect.Unsafe)).Kind);
        Assert.Equal(VerdictKind.Ask, new Policy().Judge(Facts(Effect.Unsafe) with { Argv = ["ls"] }).Kind);
    }

    [Fact]
    public void The_strictest_verdict_wins_and_names_its_rule()
    {
        var policy = new Policy(new()
        {
            Tools = [Tool("tools.a", VerdictKind.Allow, "write_*"), Tool("tools.b", VerdictKind.Deny, "*_file"), Tool("tools.c", VerdictKind.Ask, "write_file")],
        });

        var explanation = policy.Explain(Facts(Effect.Unsafe) with { Tool = "write_file" });

        Assert.Equal(new(VerdictKind.Deny, "tools.b", "because"), explanation.Verdict);
        Assert.Equal(["tools.a", "tools.b", "tools.c"], explanation.Findings.Select(finding => finding.Verdict.Rule));
    }

    [Fact]
    public void Every_subject_must_be_satisfied_on_its_own()
    {
        var policy = new Policy(new() { Tools = [Tool("tools.a", VerdictKind.Allow, "*")], AllowNet = true });
        var facts = Facts(Effect.Unsafe);

        Assert.Equal(VerdictKind.Allow, policy.Judge(facts).Kind);
        Assert.Equal("default.path", policy.Judge(facts with { Paths = [new("a", PathAccess.Write)] }).Rule);
        Assert.Equal("default.program", policy.Judge(facts with { Argv = ["ls"] }).Rule);
        Assert.Equal("default.host", policy.Judge(facts with { Hosts = [new("https", "a.com", 443)] }).Rule);
    }

    [Fact]
    public void A_change_is_vouched_for_by_the_path_it_writes_but_not_by_one_it_reads()
    {
        var policy = new Policy(new() { Paths = [Path("paths.all", VerdictKind.Allow, "**")] });

        Assert.Equal(VerdictKind.Allow, policy.Judge(Facts(Effect.Unsafe) with { Paths = [new("a", PathAccess.Write)] }).Kind);
        Assert.Equal("default.change", policy.Judge(Facts(Effect.Unsafe) with { Paths = [new("a", PathAccess.Read)] }).Rule);
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_path_outside_is_denied_whatever_the_rules_say(string path)
    {
        var policy = new Policy(new() { Paths = [Path("paths.all", VerdictKind.Allow, "**")], Tools = [Tool("tools.all", VerdictKind.Allow, "*")] });

        Assert.Equal((VerdictKind.Deny, Policy.PathsOutside), Answer(policy.Judge(Facts(Effect.Read) with { Paths = [new(path, PathAccess.Read)] })));
    }

    [Fact]
    public void With_the_network_off_every_host_is_denied_whatever_the_rules_say()
    {
        var rules = new PolicyRules { Hosts = [Host("network.all", VerdictKind.Allow, "*")], Defaults = new() { Host = VerdictKind.Allow, CommandNetwork = VerdictKind.Allow } };
        HostUse[] uses = [new("https", "example.com", 443), new("http", "127.0.0.1", 80), HostUse.Unrestricted];

        Assert.All(uses, use => Assert.Equal((VerdictKind.Deny, Policy.NetworkOff), Answer(new Policy(rules).JudgeNetwork(use))));
        Assert.All(uses, use => Assert.Equal(VerdictKind.Allow, new Policy(rules with { AllowNet = true }).JudgeNetwork(use).Kind));
    }

    [Theory]
    [InlineData("example.com\0.evil.com")]
    [InlineData("0x7f.1")]
    [InlineData("2130706433")]
    [InlineData("010.0.0.1")]
    [InlineData("a b.com")]
    [InlineData("exämple.com")]
    [InlineData("fe80::1%eth0")]
    [InlineData("")]
    [InlineData("a..b")]
    public void A_host_that_programs_read_differently_is_denied(string host)
    {
        var policy = new Policy(new() { Hosts = [Host("network.all", VerdictKind.Allow, "*")], AllowNet = true });

        Assert.Equal((VerdictKind.Deny, Policy.NetworkMalformed), Answer(policy.JudgeNetwork(new("https", host, 443))));
    }

    [Theory]
    [InlineData("*.example.com", "a.example.com", true)]
    [InlineData("*.example.com", "a.b.EXAMPLE.com.", true)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("*.example.com", "evilexample.com", false)]
    [InlineData("example.com", "example.com.evil.com", false)]
    [InlineData("10.*", "10.1.2.3", true)]
    [InlineData("10.*", "10.evil.com", false)]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("::1", "[0:0:0:0:0:0:0:1]", true)]
    public void Host_globs(string glob, string host, bool matches)
    {
        Assert.True(HostGlob.TryParse(glob, out var parsed, out var error), error);
        Assert.Equal(matches, new HostRule("network.a", VerdictKind.Allow, "", [parsed]).Matches(new HostUse("https", host, 443)));
    }

    [Theory]
    [InlineData("src/**", "src", true)]
    [InlineData("src/**", "src/a/b.cs", true)]
    [InlineData("src/**", "srcs/a", false)]
    [InlineData("src/*", "src/a/b", false)]
    [InlineData("**/x/**/y", "a/x/b/c/y", true)]
    [InlineData("**/x/**/y", "x/y", true)]
    [InlineData("**/*.cs", "a.cs", true)]
    [InlineData("**", ".", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("src/A", "src/a", false)]
    public void Path_globs_of_allow_rules(string glob, string path, bool matches) =>
        Assert.Equal(matches, Path("paths.a", VerdictKind.Allow, glob).Matches(new PathUse(path, PathAccess.Read)));

    [Fact]
    public void A_restraining_path_rule_ignores_case_and_sees_the_directory_above()
    {
        var rule = Path("paths.a", VerdictKind.Deny, "keep/this/**");

        Assert.True(rule.Matches(new PathUse("KEEP/This/x", PathAccess.Write)));
        Assert.True(rule.Matches(new PathUse("keep", PathAccess.Delete)));
        Assert.True(rule.Matches(new PathUse(".", PathAccess.Delete)));
        Assert.False(rule.Matches(new PathUse("keep", PathAccess.Write)));
        Assert.False(rule.Matches(new PathUse("keep/that", PathAccess.Delete)));
    }

    [Theory]
    [InlineData("""{"cmd":"rm -rf"}""", true, false)]
    [InlineData("""{"cmd":"rm"}""", true, true)]
    [InlineData("""{"cmd":["a",{"b":"rm x"}]}""", true, false)]
    [InlineData("""{"other":"rm"}""", false, false)]
    [InlineData("""{"cmd":"\ud800"}""", true, false)]
    public void An_argument_pattern_denies_on_a_part_and_allows_on_the_whole(string arguments, bool denies, bool allows)
    {
        Assert.True(TextPattern.TryParse("rm", out var pattern, out _));
        using var document = JsonDocument.Parse(arguments);
        var facts = Facts(Effect.Unsafe) with { Arguments = document.RootElement };

        Assert.Equal(denies, Rule(VerdictKind.Deny).Matches(facts));
        Assert.Equal(allows, Rule(VerdictKind.Allow).Matches(facts));

        ToolRule Rule(VerdictKind kind) => new("tools.a", kind, "") { Arguments = [new(["cmd"], null, pattern)] };
    }

    /// <summary>A rule as strict as the verdict that was, or stricter, never makes the verdict weaker; taking an allow rule away never does either.</summary>
    [Fact]
    public void Adding_a_stricter_rule_never_makes_a_verdict_weaker()
    {
        for (var seed = 0; seed < 4_000; seed++)
        {
            var random = new Random(seed);
            var rules = RandomPolicy.Rules(random);
            var facts = RandomPolicy.Facts(random);
            var before = new Policy(rules).Judge(facts);
            var after = new Policy(RandomPolicy.WithOneMore(rules, random, atLeast: before.Kind)).Judge(facts);
            var without = new Policy(rules with
            {
                Tools = [.. rules.Tools.Where(rule => rule.Verdict != VerdictKind.Allow)],
                Programs = [.. rules.Programs.Where(rule => rule.Verdict != VerdictKind.Allow)],
                Defaults = new() { PathRead = VerdictKind.Ask, Read = VerdictKind.Ask },
            }).Judge(facts);

            Assert.True(after.Kind >= before.Kind, $"seed {seed}: {before} became {after}");
            Assert.True(without.Kind >= before.Kind, $"seed {seed}: {before} became {without}");
            Assert.Equal(before, new Policy(rules).Judge(facts));
        }
    }

    private static (VerdictKind, string) Answer(Verdict verdict) => (verdict.Kind, verdict.Rule);

    private static CallFacts Facts(Effect effect) => new("tool", "builtin", effect, default);

    internal static ToolRule Tool(string name, VerdictKind kind, string glob) => new(name, kind, "because") { Tools = [Parsed(glob)] };

    internal static PathRule Path(string name, VerdictKind kind, string glob)
    {
        Assert.True(PathGlob.TryParse(glob, out var parsed, out var error), error);
        return new(name, kind, "because", [parsed], [PathAccess.Read, PathAccess.Write, PathAccess.Delete]);
    }

    internal static HostRule Host(string name, VerdictKind kind, string glob)
    {
        Assert.True(HostGlob.TryParse(glob, out var parsed, out var error), error);
        return new(name, kind, "because", [parsed]);
    }

    internal static Glob Parsed(string glob)
    {
        Assert.True(Glob.TryParse(glob, out var parsed, out var error), error);
        return parsed;
    }
}
