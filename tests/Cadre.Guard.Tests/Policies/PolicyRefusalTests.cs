using Cadre.Guard.Policies;
using Cadre.Testing;

namespace Cadre.Guard.Tests.Policies;

/// <summary>What is wrong in a file is refused with its place. "§" marks the place where the error must be reported.</summary>
public sealed class PolicyRefusalTests
{
    private const string Rule = "version: 1\ntools:\n  - name: a\n    tool: x\n    verdict: allow\n";

    [Theory]
    // The shape of the file.
    [InlineData("§", "empty")]
    [InlineData("§# only a comment\n", "empty")]
    [InlineData("§---\n...\n", "empty")]
    [InlineData("§- a\n- b\n", "map of keys")]
    [InlineData("§just text", "map of keys")]
    [InlineData("§tools:\n  - name: a\n    tool: x\n    verdict: allow\n", "needs the key 'version'")]
    [InlineData("version: §2\n", "reads version 1")]
    [InlineData("version:§ \n", "not nothing")]
    [InlineData("version: 1\n§§---\nversion: 1\n", "one document")]
    [InlineData("version: 1\n§colour: red\n", "no key 'colour'")]
    [InlineData("version: 1\n§version: 1\n", "given twice")]
    [InlineData("version: 1\ntools: §[]\n", "empty list")]
    [InlineData("version: 1\ntools: §{}\n", "must be a list, not a map")]
    [InlineData("version: 1\ntools: §yes\n", "must be a list, not text")]
    [InlineData("version: 1\ntools:\n  - §text\n", "must be a map of keys")]
    // What YAML hides.
    [InlineData("version: §&v 1\n", "anchors are not allowed")]
    [InlineData("version: §!!int 1\n", "tags are not allowed")]
    [InlineData("version: 1\ndefaults:\n  §<<: x\n", "merge keys are not allowed")]
    // Rules.
    [InlineData("version: 1\ntools:\n  - §tool: x\n    verdict: allow\n", "needs the key 'name'")]
    [InlineData("version: 1\ntools:\n  - §name: a\n    tool: x\n", "needs the key 'verdict'")]
    [InlineData("version: 1\ntools:\n  - §name: a\n    verdict: allow\n", "needs 'tool', 'source'")]
    [InlineData("version: 1\ntools:\n  - name: §A b\n    tool: x\n    verdict: allow\n", "lower-case letters")]
    [InlineData("version: 1\ntools:\n  - name: a\n    tool: x\n    verdict: §maybe\n", "not one of allow, ask, deny")]
    [InlineData("version: 1\ntools:\n  - name: a\n    tool: x\n    verdict: §[allow]\n", "must be text, not a list")]
    [InlineData("version: 1\ntools:\n  - §name: a\n    tool: x\n    verdict: deny\n", "needs 'because'")]
    [InlineData(Rule + "  - name: §a\n    tool: y\n    verdict: allow\n", "already a rule 'tools.a'")]
    [InlineData(Rule + "    §veredict: deny\n", "no key 'veredict'")]
    [InlineData("version: 1\ntools:\n  - name: a\n    tool: §\"x[\"\n    verdict: allow\n", "no meaning in a glob")]
    [InlineData("version: 1\ntools:\n  - name: a\n    tool: §\"\"\n    verdict: allow\n", "must not be empty")]
    [InlineData("version: 1\ntools:\n  - name: a\n    effect: §sometimes\n    verdict: allow\n", "not one of read, idempotent")]
    [InlineData(Rule + "    arguments:\n      - §equals: x\n", "needs the key 'at'")]
    [InlineData(Rule + "    arguments:\n      - at: x\n        matches: §\"(\"\n", "not a regular expression")]
    [InlineData(Rule + "    arguments:\n      - at: x\n        matches: §\"(?=a)\"\n", "bounded time")]
    [InlineData(Rule + "    arguments:\n      - at: x\n        matches: §'(a)\\1'\n", "bounded time")]
    // Examples.
    [InlineData(Rule + "    examples:\n      hit: [§y]\n", "does not match this example")]
    [InlineData(Rule + "    examples:\n      miss:\n        - y\n        - §x a=b\n", "which it must miss")]
    [InlineData(Rule + "    examples:\n      hit: [§x nonsense]\n", "cannot be read")]
    [InlineData(Rule + "    examples: §{}\n", "needs 'hit'")]
    [InlineData(Rule + "    examples:\n      §hits: [x]\n", "no key 'hits'")]
    // Programs.
    [InlineData("version: 1\nprograms:\n  - §name: a\n    verdict: allow\n", "needs the key 'program'")]
    [InlineData("version: 1\nprograms:\n  - name: a\n    program: ls\n    with: §force\n    verdict: allow\n", "is no option")]
    [InlineData("version: 1\nprograms:\n  - name: a\n    program: ls\n    §only: [-a]\n    verdict: ask\n    because: x\n", "belongs to rules that allow")]
    [InlineData("version: 1\nprograms:\n  - name: a\n    program: ls\n    args: [§..., x]\n    verdict: allow\n", "stands last")]
    [InlineData("version: 1\nprograms:\n  - name: a\n    program: ls\n    args: [x, §[]]\n    verdict: allow\n", "an argument is")]
    [InlineData("version: 1\nprograms:\n  - name: a\n    program: ls\n    verdict: allow\n    examples:\n      hit: [§'ls | wc']\n", "needs a shell")]
    // Budget.
    [InlineData("version: 1\nbudget:\n  tokens: §-5\n", "above 0")]
    [InlineData("version: 1\nbudget:\n  tokens: §0\n", "above 0")]
    [InlineData("version: 1\nbudget:\n  calls: §99999999999\n", "above 0")]
    [InlineData("version: 1\nbudget:\n  money: §free\n", "US dollars")]
    [InlineData("version: 1\nbudget:\n  wall: §soon\n", "a time such as")]
    [InlineData("version: 1\nbudget:\n  wall: §0s\n", "a time such as")]
    [InlineData("version: 1\nbudget:\n  §dollars: 5\n", "no key 'dollars'")]
    public void Tools_yaml_is_refused(string marked, string reason) => AssertRefused("tools.yaml", marked, reason);

    [Theory]
    [InlineData("version: 1\ndefault: §open\n", "not one of allow, ask, deny")]
    [InlineData("version: 1\nhosts:\n  - name: a\n    host: §\"https://x\"\n    verdict: allow\n", "is no host")]
    [InlineData("version: 1\nhosts:\n  - name: a\n    host: §\"api.*.com\"\n    verdict: allow\n", "is no host")]
    [InlineData("version: 1\nhosts:\n  - name: a\n    host: §\"0x7f.1\"\n    verdict: allow\n", "is no host")]
    [InlineData("version: 1\nhosts:\n  - name: a\n    host: x\n    port: §0\n    verdict: allow\n", "is no port")]
    [InlineData("version: 1\nhosts:\n  - name: a\n    host: x\n    port: §9-3\n    verdict: allow\n", "is no port")]
    [InlineData("version: 1\nhosts:\n  - name: a\n    host: x\n    scheme: §HTTPS\n    verdict: allow\n", "is no scheme")]
    [InlineData("version: 1\nhosts:\n  - name: a\n    host: \"*.x.com\"\n    verdict: allow\n    examples:\n      hit: [§x.com]\n", "does not match this example")]
    [InlineData("version: 1\nhosts: §[]\n", "empty list")]
    [InlineData("§hosts_allow: [\"*\"]\nversion: 1\n", "no key 'hosts_allow'")]
    public void Network_yaml_is_refused(string marked, string reason) => AssertRefused("network.yaml", marked, reason);

    [Theory]
    [InlineData("version: 1\npaths:\n  - name: a\n    path: §/etc/**\n    verdict: allow\n", "relative to the workspace")]
    [InlineData("version: 1\npaths:\n  - name: a\n    path: §../x\n    verdict: allow\n", "must not contain '.' or '..'")]
    [InlineData("version: 1\npaths:\n  - name: a\n    path: §src/\n    verdict: allow\n", "empty part")]
    [InlineData("version: 1\npaths:\n  - name: a\n    path: §\"a**/b\"\n    verdict: allow\n", "stand alone")]
    [InlineData("version: 1\npaths:\n  - name: a\n    path: x\n    access: §execute\n    verdict: allow\n", "not one of read, write, delete")]
    [InlineData("version: 1\npaths:\n  - name: a\n    path: src/*\n    verdict: allow\n    examples:\n      hit: [§src/a/b]\n", "does not match this example")]
    [InlineData("version: 1\ndefaults:\n  §execute: ask\n", "no key 'execute'")]
    public void Paths_yaml_is_refused(string marked, string reason) => AssertRefused("paths.yaml", marked, reason);

    [Theory]
    [InlineData("version: 1\ntools:\n  - name: 'open\n")]
    [InlineData("version: 1\n\ttools: x\n")]
    [InlineData("version: [1\n")]
    [InlineData("version: 1\n  tools: x\n")]
    [InlineData("%YAML 9.9\n---\nversion: 1\n")]
    [InlineData("\0\u0001")]
    public void What_is_no_yaml_is_refused_with_a_place(string text)
    {
        var error = Assert.Single(Errors("tools.yaml", text));

        Assert.True(error.Line > 0 && error.Column > 0, error.ToString());
    }

    [Fact]
    public void Aliases_are_refused()
    {
        var errors = Errors("tools.yaml", "version: 1\ndefaults: &d\n  read: ask\nbudget: *d\n");

        Assert.Contains(errors, error => error is { Line: 4, Column: 9 } && error.Reason.Contains("aliases are not allowed", StringComparison.Ordinal));
        Assert.Contains(errors, error => error is { Line: 2, Column: 11 } && error.Reason.Contains("anchors are not allowed", StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        using var folder = Folder();
        File.WriteAllBytes(folder["tools.yaml"], [0x76, 0xff, 0xfe, 0x3a]);

        Assert.Contains("not UTF-8", Assert.Single(PolicyStore.Validate(folder.Root)).Reason);
    }

    [Fact]
    public void A_file_that_is_too_large_or_too_deep_is_refused()
    {
        Assert.Contains("KiB", Assert.Single(Errors("tools.yaml", "version: 1\n#" + new string('x', 300_000))).Reason);
        Assert.Contains("levels deep", Assert.Single(Errors("tools.yaml", "version: 1\ntools: " + new string('[', 5_000))).Reason);
    }

    [Fact]
    public void Every_error_of_every_file_is_reported_at_once()
    {
        using var folder = Folder();
        folder.Write("tools.yaml", "version: 1\ncolour: red\nbudget:\n  tokens: no\n");
        folder.Write("network.yaml", "version: 1\ndefault: open\n");
        folder.Write("paths.yaml", "");

        Assert.Equal(
            ["policies/tools.yaml:2:1", "policies/tools.yaml:4:11", "policies/network.yaml:2:10", "policies/paths.yaml:1:1"],
            PolicyStore.Validate(folder.Root).Select(error => $"{error.File}:{error.Line}:{error.Column}"));
    }

    [Fact]
    public void A_missing_file_and_a_stranger_are_refused()
    {
        using var folder = Folder();
        File.Delete(folder["network.yaml"]);
        folder.Write("path.yml", "version: 1\n");

        Assert.Equal(["policies/network.yaml", "policies/path.yml"], PolicyStore.Validate(folder.Root).Select(error => error.File).Order());
    }

    private static void AssertRefused(string file, string marked, string reason)
    {
        var at = marked.LastIndexOf('§');
        var before = marked[..at].Replace("§", "", StringComparison.Ordinal);
        var expected = (Line: before.Count(c => c == '\n') + 1, Column: before.Length - (before.LastIndexOf('\n') + 1) + 1);

        var error = Assert.Single(Errors(file, marked.Replace("§", "", StringComparison.Ordinal)));

        Assert.Contains(reason, error.Reason);
        Assert.Equal(($"policies/{file}", expected.Line, expected.Column), (error.File, error.Line, error.Column));
    }

    private static IReadOnlyList<PolicyError> Errors(string file, string text)
    {
        using var folder = Folder();
        folder.Write(file, text);
        return PolicyStore.Validate(folder.Root);
    }

    private static TemporaryDirectory Folder()
    {
        var folder = new TemporaryDirectory();
        DefaultPolicy.Write(folder.Root);
        return folder;
    }
}
