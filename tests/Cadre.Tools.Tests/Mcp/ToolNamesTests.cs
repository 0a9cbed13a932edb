using Cadre.Tools.Mcp;

namespace Cadre.Tools.Tests.Mcp;

public sealed class ToolNamesTests
{
    [Fact]
    public void A_usual_name_stays_readable() => Assert.Equal("mcp__files__read_file", ToolNames.Of("files", "read_file"));

    [Theory]
    [InlineData("files", "read.file")]
    [InlineData("files", "read/file")]
    [InlineData("files", "ünïcode")]
    [InlineData("my server", "read")]
    [InlineData("a__b", "c")]
    [InlineData("a_", "b")]
    [InlineData("a", "")]
    [InlineData("a-server-with-a-long-name", "a_tool_with_a_name_that_is_longer_than_any_provider_accepts")]
    public void Any_other_name_is_made_of_the_letters_that_providers_accept(string server, string tool)
    {
        var name = ToolNames.Of(server, tool);

        Assert.Matches("^mcp__[a-zA-Z0-9_-]{1,59}$", name);
        Assert.Equal(name, ToolNames.Of(server, tool));
    }

    [Fact]
    public void Two_tools_never_share_a_name()
    {
        (string, string)[] tools =
        [
            ("a", "b.c"), ("a", "b/c"), ("a", "b_c"), ("a.b", "c"), ("a_b", "c"), ("a", "b__c"), ("a__b", "c"), ("a_", "b"), ("a", "_b"),
            ("s", new string('n', 99)), ("s", new string('n', 98)), ("s", new string('n', 57)),
        ];

        Assert.Equal(tools.Length, tools.Select(tool => ToolNames.Of(tool.Item1, tool.Item2)).Distinct().Count());
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("..")]
    [InlineData("a/b")]
    public void A_directory_of_a_server_stays_where_it_belongs(string server) => Assert.Matches("^[a-zA-Z0-9_-]+$", ToolNames.Directory(server));
}
