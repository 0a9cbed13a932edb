using System.Text;
using Cadre.Engine.Tools;
using Cadre.Testing;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Tests.Mcp;

public sealed class McpConfigurationTests
{
    [Fact]
    public void The_usual_form_is_read()
    {
        var read = Parse("""
            {"mcpServers": {
              "files": {"type": "stdio", "command": "npx", "args": ["-y", "server"], "env": {"KEY": "${env:FILES_KEY}"}},
              "hub": {"type": "http", "url": "https://mcp.example.com/mcp", "headers": {"Authorization": "Bearer ${env:TOKEN}"},
                      "effects": {"search": "read", "put": "idempotent"}, "tools": ["search", "put"], "timeout_seconds": 5, "disabled": true}
            }}
            """);

        Assert.Empty(read.Problems);
        var files = Assert.IsType<McpEndpoint.Stdio>(read.Endpoints[0]);
        Assert.Equal("npx -y server", files.Address);
        Assert.Equal("${env:FILES_KEY}", files.Environment["KEY"]);
        Assert.False(files.Network);
        var hub = Assert.IsType<McpEndpoint.Http>(read.Endpoints[1]);
        Assert.Equal(Effect.Read, hub.Effects["search"]);
        Assert.Equal(Effect.Idempotent, hub.Effects["put"]);
        Assert.Equal(["put", "search"], hub.Tools!.Order());
        Assert.Equal(TimeSpan.FromSeconds(5), hub.Timeout);
        Assert.True(hub.Disabled);
    }

    [Theory]
    [InlineData("""{"command": "x", "tool": ["a"]}""", "Unknown key 'tool'")]
    [InlineData("""{"command": "x", "url": "https://a"}""", "either 'command' or 'url'")]
    [InlineData("""{}""", "either 'command' or 'url'")]
    [InlineData("""{"url": "ftp://a"}""", "must be an http or https address")]
    [InlineData("""{"url": "https://user:secret@a/"}""", "without a user name")]
    [InlineData("""{"url": "https://${env:HOST}/mcp"}""", "must be written out")]
    [InlineData("""{"url": "https://a.${env:HOST}"}""", "must be written out")]
    [InlineData("""{"url": "https://a", "type": "sse"}""", "SSE transport")]
    [InlineData("""{"url": "https://a", "type": "stdio"}""", "does not fit 'url'")]
    [InlineData("""{"url": "https://a", "network": true}""", "Unknown key 'network'")]
    [InlineData("""{"url": "https://a", "headers": {"A: b": "c"}}""", "Not a header name")]
    [InlineData("""{"url": "https://a", "headers": {"A": "${TOKEN}"}}""", "Only ${env:NAME}")]
    [InlineData("""{"command": "x", "args": ["--key=${env:KEY}"]}""", "cannot hold ${env:")]
    [InlineData("""{"command": "x", "args": "a b"}""", "a list of strings")]
    [InlineData("""{"command": ["x"]}""", "holds strings only")]
    [InlineData("""{"command": "x", "effects": {"a": "transactional"}}""", "An effect is")]
    [InlineData("""{"command": "x", "timeout_seconds": 0}""", "from 1 to 3600")]
    [InlineData("""{"command": "x", "timeout_seconds": "5"}""", "from 1 to 3600")]
    [InlineData("""{"command": "x", "network": "true"}""", "true or false")]
    [InlineData("""{"command": "x", "read_only": ["lib"]}""", "not an absolute path")]
    [InlineData("""{"command": "x", "workspace": "all"}""", "'none', 'read' or 'write'")]
    [InlineData("""[]""", "An endpoint is an object")]
    public void A_mistake_in_one_endpoint_is_named_and_the_others_work(string endpoint, string reason)
    {
        var read = Parse($$$"""{"mcpServers": {"bad": {{{endpoint}}}, "good": {"command": "ls"} } }""");

        Assert.Equal("good", Assert.Single(read.Endpoints).Name);
        var problem = Assert.Single(read.Problems);
        Assert.Equal("bad", problem.Endpoint);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1, 1, "Not valid JSON")]
    [InlineData("[]", 1, 1, "An object with 'mcpServers'")]
    [InlineData("{}", 1, 1, "'mcpServers' is missing")]
    [InlineData("{\"mcpServers\": {},\n  \"servers\": {}}", 2, 3, "Unknown key 'servers'")]
    [InlineData("{\"mcpServers\": {\n \"a\": {\"command\": \"x\"},\n \"a\": {\"command\": \"y\"}}}", 3, 2, "'a' is there twice")]
    [InlineData("{\"mcpServers\": {},}", 1, 19, "Not valid JSON")]
    [InlineData("{\"mcpServers\": {} // none\n}", 1, 19, "Not valid JSON")]
    [InlineData("{\"mcpServers\": {}} {}", 1, 20, "Not valid JSON")]
    public void A_mistake_in_the_file_leaves_no_endpoint_and_is_named_by_line_and_column(string text, int line, int column, string reason)
    {
        var read = Parse(text);

        Assert.Empty(read.Endpoints);
        var problem = Assert.Single(read.Problems);
        Assert.Equal((null, line, column), (problem.Endpoint, problem.Line, problem.Column));
        Assert.StartsWith(reason, problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_configures_nothing() => Assert.Same(McpConfiguration.Empty, McpConfiguration.Load("/nonexistent/mcp.json"));

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("mcp.json", new string(' ', McpConfiguration.MaxBytes + 1));

        Assert.Contains("Larger than", Assert.Single(McpConfiguration.Load(path).Problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Single(Parse(new string('[', 10_000)).Problems);

    [Fact]
    public void Adding_and_removing_leave_the_rest_as_its_owner_wrote_it()
    {
        using var directory = new TemporaryDirectory();
        var original = "{\n  \"mcpServers\": {\n    \"a\": { \"command\":   \"ls\" },\n    \"b\": {\"url\": \"https://b/\"}\n  }\n}\n";
        var path = directory.Write("mcp.json", original);

        Assert.Null(McpConfigurationFile.Add(path, "c", """{"command": "cat", "args": ["-n"]}"""));
        var edited = directory.Read("mcp.json");
        Assert.StartsWith(original[..original.IndexOf("\n  }", StringComparison.Ordinal)], edited, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "c"], McpConfiguration.Load(path).Endpoints.Select(endpoint => endpoint.Name));
        Assert.Null(McpConfigurationFile.Remove(path, "c"));
        Assert.Equal(original, directory.Read("mcp.json"));

        Assert.Null(McpConfigurationFile.Remove(path, "a"));
        Assert.Equal("{\n  \"mcpServers\": {\n    \"b\": {\"url\": \"https://b/\"}\n  }\n}\n", directory.Read("mcp.json"));
        Assert.Null(McpConfigurationFile.Remove(path, "b"));
        Assert.Empty(McpConfiguration.Load(path).Problems);
    }

    [Fact]
    public void Adding_makes_a_file_that_only_its_owner_reads()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["new/mcp.json"];

        Assert.Null(McpConfigurationFile.Add(path, "a \"quoted\" name", """{"url": "https://a/"}"""));

        Assert.Equal("a \"quoted\" name", Assert.Single(McpConfiguration.Load(path).Endpoints).Name);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Theory]
    [InlineData("{\"mcpServers\": {\"a\": {\"command\": \"x\", \"oops\": 1}}}", "b", """{"command": "y"}""", "The file has a mistake at 1:39")]
    [InlineData("not json", "b", """{"command": "y"}""", "The file has a mistake")]
    [InlineData("{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}", "a", """{"command": "y"}""", "is in")]
    [InlineData("{\"mcpServers\": {}}", "b", """{"command": "y"}, "c": {"command": "z"}""", "not valid JSON")]
    [InlineData("{\"mcpServers\": {}}", "b", """{"command": "y", "cwd": "/"}""", "Unknown key 'cwd'")]
    public void An_edit_that_would_not_be_right_changes_nothing(string before, string name, string definition, string reason)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("mcp.json", before);

        Assert.Contains(reason, McpConfigurationFile.Add(path, name, definition), StringComparison.Ordinal);
        Assert.Equal(before, directory.Read("mcp.json"));
    }

    private static McpConfiguration Parse(string text) => McpConfiguration.Parse(Encoding.UTF8.GetBytes(text));
}
