using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Cadre.EndToEnd;

public sealed class Cadre_as_an_MCP_server_on_standard_streams
{
    [Theory]
    [InlineData("2026-07-28")]
    [InlineData("2025-11-25")]
    public async Task Offers_the_tools_of_the_running_server(string version)
    {
        using var place = new Place();
        await using var model = await Simulated.StartAsync(place);
        await using var served = await Served.StartAsync(place, model.BaseUrl);
        var transport = new StdioClientTransport(new()
        {
            Command = CadreCommand.Program, Arguments = ["mcp", "serve", "--url", served.Address.ToString()], EnvironmentVariables = new Dictionary<string, string?> { ["CADRE_API_KEY"] = Served.Key },
        });
        await using var client = await McpClient.CreateAsync(transport, new() { ProtocolVersion = version }, cancellationToken: TestContext.Current.CancellationToken);

        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains("todo_create", tools.Select(tool => tool.Name));
        var made = await client.CallToolAsync("todo_create", new Dictionary<string, object?> { ["title"] = "Milch für Zürich" }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(made.IsError != true, Assert.IsType<TextContentBlock>(made.Content[0]).Text);
        Assert.Contains("Milch", made.StructuredContent!.Value.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_nothing_but_messages_and_ends_with_its_input()
    {
        using var place = new Place();
        await using var model = await Simulated.StartAsync(place);
        await using var served = await Served.StartAsync(place, model.BaseUrl);
        File.WriteAllText(Path.Combine(place.Command.Workspace, "messages"), """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
            {"jsonrpc":"2.0","method":"notifications/initialized"}
            this is no message
            {"jsonrpc":"2.0","id":"two","method":"tools/list"}
            {"jsonrpc":"2.0","id":3,"method":"no/such"}

            """);
        place.Command.Set("CADRE_URL", served.Address.ToString()).Set("CADRE_API_KEY", Served.Key);
        var finished = await CadreCommand.FinishAsync(place.Command.StartProgram("sh", "-c", $"'{CadreCommand.Program}' mcp serve < messages"));

        finished.Exits(0);
        var answers = finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToDictionary(answer => answer.GetProperty("id").ToString());
        Assert.Equal(["", "1", "3", "two"], answers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("cadre", answers["1"].GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
        Assert.True(answers["two"].GetProperty("result").GetProperty("tools").GetArrayLength() > 0);
        Assert.Equal((-32601, -32700), (answers["3"].GetProperty("error").GetProperty("code").GetInt32(), answers[""].GetProperty("error").GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task Says_on_standard_error_that_no_server_is_running()
    {
        using var place = new Place();
        var finished = await place.Command.Set("CADRE_API_KEY", "x").RunAsync("mcp", "serve", "--url", "http://127.0.0.1:9");
        Assert.NotEqual(0, finished.ExitCode);
        Assert.Empty(finished.Output);
        Assert.Contains("cannot be reached", finished.Error, StringComparison.Ordinal);
        Assert.Contains("cadre serve", finished.Error, StringComparison.Ordinal);
    }
}
