using Cadre.Engine.Policies;
using Cadre.Engine.Tools;
using Cadre.Guard.Policies;

namespace Cadre.Guard.Tests.Policies;

public sealed class DefaultPolicyTests
{
    [Fact]
    public void Loads_and_all_its_examples_hold() => Assert.Empty(PolicyStore.Validate(null));

    [Theory]
    [InlineData("read_file @read path=src/a.cs", VerdictKind.Allow, "default.read")]
    [InlineData("write_file path=src/a.cs", VerdictKind.Allow, "paths.workspace-writes")]
    [InlineData("write_file path=.git/hooks/pre-commit", VerdictKind.Deny, "paths.version-control")]
    [InlineData("write_file path=vendor/lib/.git", VerdictKind.Deny, "paths.version-control")]
    [InlineData("write_file path=policies/tools.yaml", VerdictKind.Deny, "paths.policies")]
    [InlineData("write_file path=../outside", VerdictKind.Deny, Policy.PathsOutside)]
    [InlineData("read_file path=/etc/passwd", VerdictKind.Deny, Policy.PathsOutside)]
    [InlineData("read_file path=.env", VerdictKind.Ask, "paths.secrets")]
    [InlineData("write_file path=AGENTS.md", VerdictKind.Ask, "paths.instructions")]
    [InlineData("delete_file path=src/a.cs", VerdictKind.Ask, "default.change")]
    [InlineData("mcp:files/read_file @read path=a", VerdictKind.Ask, "tools.mcp")]
    [InlineData("todo_create @transactional title=milk", VerdictKind.Allow, "tools.own-tables")]
    [InlineData("builtin:platform/assistant_run @unsafe message=hello", VerdictKind.Allow, "tools.own-runs")]
    [InlineData("builtin:platform/something_else @unsafe", VerdictKind.Ask, "default.change")]
    [InlineData("unknown_tool a=b", VerdictKind.Ask, "default.change")]
    public void Judges_tools(string call, VerdictKind expected, string rule)
    {
        var explanation = Explain(call, allowNet: false);

        Assert.Equal((expected, rule), (explanation.Verdict, explanation.Rule));
    }

    [Theory]
    [InlineData("https://example.com/", false, VerdictKind.Deny, Policy.NetworkOff)]
    [InlineData("https://example.com/", true, VerdictKind.Ask, "default.host")]
    [InlineData("http://169.254.169.254/latest", true, VerdictKind.Deny, "network.cloud-metadata")]
    [InlineData("http://127.0.0.1:8080/", true, VerdictKind.Deny, "network.this-machine")]
    [InlineData("http://[::1]/", true, VerdictKind.Deny, "network.this-machine")]
    [InlineData("fetch_url url=https://example.com", true, VerdictKind.Ask, "default.host")]
    public void Judges_hosts(string call, bool allowNet, VerdictKind expected, string rule)
    {
        var explanation = Explain(call, allowNet);

        Assert.Equal((expected, rule), (explanation.Verdict, explanation.Rule));
    }

    [Fact]
    public void Gives_commands_no_network_even_when_the_switch_is_on()
    {
        Assert.Equal(VerdictKind.Deny, Default(allowNet: true).CommandNetwork);
        Assert.Equal(VerdictKind.Deny, Default(allowNet: false).CommandNetwork);
    }

    [Fact]
    public void Has_a_budget()
    {
        var budget = Default(allowNet: false).Budget;

        Assert.Equal(new(Tokens: 2_000_000, Money: null, Calls: 500, Wall: TimeSpan.FromHours(1)), budget);
    }

    [Fact]
    public void Judges_what_a_run_command_call_says_about_itself()
    {
        var facts = new CallFacts("run_command", "builtin", Effect.Unsafe, default) { Argv = ["git", "status"], Paths = [new(".", PathAccess.Read)] };

        Assert.Equal(VerdictKind.Allow, Default(allowNet: false).Judge(facts).Kind);
        Assert.Equal(VerdictKind.Deny, Default(allowNet: false).Judge(facts with { Hosts = [HostUse.Unrestricted] }).Kind);
    }

    internal static Policy Default(bool allowNet)
    {
        Assert.True(PolicyStore.TryLoad(null, allowNet, out var store, out _));
        return store.Current;
    }

    private static PolicyExplanation Explain(string call, bool allowNet)
    {
        Assert.True(PolicyExplainer.TryExplain(Default(allowNet), call, [], out var explanation, out var error), error);
        return explanation;
    }
}
