using System.Text;
using Cadre.Engine.Tools;
using Cadre.Tools.Bundles;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Tests.Bundles;

public sealed class BundleManifestTests
{
    private const string Good = """
        name: good
        version: 1.0.0
        tools:
          - name: a
            description: Does a.
            command: [run.sh, "${bundle}/x"]
            parameters: {type: object, properties: {n: {type: integer, minimum: 1}, s: {enum: ["1", two, true]}}}
            effect: idempotent
            network: true
            workspace: write
            timeout_seconds: 5
        files:
          run.sh: 0000000000000000000000000000000000000000000000000000000000000000
        """;

    [Fact]
    public void A_manifest_is_read_with_its_schema_as_JSON()
    {
        var manifest = BundleManifest.Parse(Encoding.UTF8.GetBytes(Good), out var problem);

        Assert.Null(problem);
        var tool = Assert.Single(manifest!.Tools);
        Assert.Equal(("good", "1.0.0", "a", Effect.Idempotent), (manifest.Name, manifest.Version, tool.Name, tool.Effect));
        Assert.Equal((true, WorkspaceAccess.Write, TimeSpan.FromSeconds(5)), (tool.Network, tool.Workspace, tool.Timeout));
        Assert.Equal("""{"type":"object","properties":{"n":{"type":"integer","minimum":1},"s":{"enum":["1","two",true]}}}""", tool.Parameters.GetRawText());
    }

    [Theory]
    [InlineData("name: good", "name: Good Name", 1, "A bundle's name")]
    [InlineData("version: 1.0.0", "version: latest", 2, "A version looks like")]
    [InlineData("effect: idempotent", "effect: harmless", 8, "'effect' is one of")]
    [InlineData("effect: idempotent", "effect: read", 4, "cannot have the workspace for writing")]
    [InlineData("network: true", "network: sometimes", 9, "'network' is one of")]
    [InlineData("network: true", "net: true", 9, "Unknown key 'net'")]
    [InlineData("timeout_seconds: 5", "timeout_seconds: 9999", 11, "from 1 to 3600")]
    [InlineData("command: [run.sh", "command: [other.sh/x", 6, "neither one of 'files'")]
    [InlineData("command: [run.sh", "command: [/bin/sh", 6, "neither one of 'files'")]
    [InlineData("command: [run.sh, \"${bundle}/x\"]", "command: run.sh x", 6, "A shell string is not split")]
    [InlineData("{type: object, properties: {n: {type: integer, minimum: 1}", "{type: array, properties: {n: {type: integer, minimum: 1}", 7, "'type: object'")]
    [InlineData("minimum: 1", "minimum: many", 7, "Not a usable JSON Schema")]
    [InlineData("run.sh: 0000", "../run.sh: 0000", 13, "would leave the bundle")]
    [InlineData("run.sh: 0000", "/run.sh: 0000", 13, "absolute name")]
    [InlineData("run.sh: 0000", "run.sh: 00x0", 13, "A SHA-256 has 64 digits")]
    [InlineData("run.sh: 0000", "bundle.yaml: 0000", 13, "cannot hold its own hash")]
    [InlineData("name: good", "name: good\nname: again", 2, "'name' is there twice")]
    [InlineData("name: good", "name: &anchor good", 1, "Anchors")]
    [InlineData("name: good", "name: !!str good", 1, "Tags")]
    [InlineData("Does a.", "Does\u200Ba.", 5, "U+200B")]
    [InlineData("version: 1.0.0\n", "", 1, "'version' is missing")]
    public void A_mistake_is_named_by_line(string part, string replacement, int line, string reason)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);

        Assert.Null(BundleManifest.Parse(Encoding.UTF8.GetBytes(Good.Replace(part, replacement, StringComparison.Ordinal)), out var problem));

        Assert.Contains(reason, problem!.Reason, StringComparison.Ordinal);
        Assert.Equal(line, problem.Line);
    }

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Assert.Contains("levels", Refusal("name: " + new string('[', 100_000)), StringComparison.Ordinal);

    [Fact]
    public void An_empty_file_is_refused() => Assert.Contains("empty", Refusal(""), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_too_large_is_refused() => Assert.Contains("Larger", Refusal(new string('#', BundleManifest.MaxBytes + 1)), StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        Assert.Null(BundleManifest.Parse(new byte[] { 0xC3, 0x28 }, out var problem));
        Assert.Equal("Not UTF-8 text.", problem!.Reason);
    }

    private static string Refusal(string text)
    {
        Assert.Null(BundleManifest.Parse(Encoding.UTF8.GetBytes(text), out var problem));
        return problem!.Reason;
    }
}
