using System.Text.Json;
using Cadre.Server.Tests.Mcp;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Cadre.Server.Tests.Platform;

/// <summary>Somebody at /mcp, by the SDK's client.</summary>
internal sealed class PlatformClient(McpClient client) : IAsyncDisposable
{
    /// <param name="scope">What the token is limited to; null: nothing.</param>
    public static async Task<PlatformClient> OfPersonAsync(TestServer server, string user, string organisation = "acme", string? scope = null) =>
        new(await new McpHarness(server).ConnectAsync(TestServer.TokenOf(user, organisation, scope: scope)));

    public async Task<IReadOnlyList<string>> ToolsAsync() => [.. (await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(tool => tool.Name)];

    /// <summary>The structured result of a call that has to succeed.</summary>
    public async Task<JsonElement> CallAsync(string tool, string arguments = "{}")
    {
        var result = await SendAsync(tool, arguments);
        Assert.True(result.IsError is not true, Text(result));
        return result.StructuredContent!.Value;
    }

    /// <summary>What a call that has to fail is answered with.</summary>
    public async Task<string> RefusalAsync(string tool, string arguments)
    {
        var result = await SendAsync(tool, arguments);
        Assert.True(result.IsError, $"{tool} {arguments} was carried out: {Text(result)}");
        return Text(result);
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private async Task<CallToolResult> SendAsync(string tool, string arguments) => await client.CallToolAsync(
        tool, JsonElement.Parse(arguments).EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value), cancellationToken: TestContext.Current.CancellationToken);

    private static string Text(CallToolResult result) => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
}
