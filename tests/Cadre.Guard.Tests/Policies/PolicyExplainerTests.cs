using System.Buffers;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Guard.Policies;

namespace Cadre.Guard.Tests.Policies;

public sealed class PolicyExplainerTests
{
    [Fact]
    public void Names_every_rule_that_speaks()
    {
        var explained = Explain("git push --force");

        Assert.Equal(VerdictKind.Deny, explained.Verdict);
        Assert.Equal("programs.git-force", explained.Rule);
        Assert.Equal(["programs.git-publish", "programs.git-force"], explained.Findings.Where(finding => !finding.IsDefault).Select(finding => finding.Verdict.Rule));
        Assert.False(explained.Guessed);
    }

    [Fact]
    public void Says_when_it_guessed() => Assert.True(Explain("write_file path=src/a.cs").Guessed);

    [Fact]
    public void Asks_a_known_tool_what_it_would_touch()
    {
        var explained = Explain("touch_twice {\"path\":\"src/a.cs\"}", new Twice());

        Assert.False(explained.Guessed);
        Assert.Equal(
            ["write src/a.cs", "write .git/a"],
            explained.Findings.Where(finding => finding.Subject.StartsWith("write", StringComparison.Ordinal)).Select(finding => finding.Subject).Distinct());
        Assert.Equal("paths.version-control", explained.Rule);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ls | wc")]
    [InlineData("cat 'open")]
    public void Refuses_what_is_no_call(string text)
    {
        Assert.False(PolicyExplainer.TryExplain(DefaultPolicyTests.Default(false), text, [], out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Is_written_as_json()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) Explain("rm -rf build").WriteTo(writer);

        using var json = JsonDocument.Parse(buffer.WrittenMemory);
        Assert.Equal("ask", json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal("programs.destroy", json.RootElement.GetProperty("rule").GetString());
        Assert.Equal("program rm -rf build", json.RootElement.GetProperty("findings")[1].GetProperty("subject").GetString());
    }

    private static PolicyExplanation Explain(string text, params ITool[] tools)
    {
        Assert.True(PolicyExplainer.TryExplain(DefaultPolicyTests.Default(false), text, tools, out var explained, out var error), error);
        return explained;
    }

    private sealed class Twice : ITool
    {
        public ToolDescriptor Descriptor { get; } = new(new ToolDefinition("touch_twice", "", default), Effect.Unsafe, new("builtin", "1", ""));

        public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, "builtin", Effect.Unsafe, arguments)
        {
            Paths = [new(arguments.GetProperty("path").GetString()!, PathAccess.Write), new(".git/a", PathAccess.Write)],
        };

        public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken) => ValueTask.FromResult(ToolResult.Ok(""));
    }
}
