using System.Text.Json;
using Cadre.McpConformanceClient;
using Cadre.Tools.Mcp;
using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.Connections;
using Cadre.Tools.Mcp.OAuth;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

// The client that the MCP conformance suite drives: Cadre's own way to open a connection and to sign in, with answers where a person would be.
var scenario = Environment.GetEnvironmentVariable("MCP_CONFORMANCE_SCENARIO") ?? "";
using var context = JsonDocument.Parse(Environment.GetEnvironmentVariable("MCP_CONFORMANCE_CONTEXT") is { Length: > 0 } text ? text : "{}");
var known = context.RootElement;
using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));

var endpoint = new McpEndpoint.Http("server", args[^1])
{
    OAuth = new(Member(known, "client_id"), Member(known, "client_secret"), []),
};
var options = new McpOptions("", Path.GetTempPath(), "")
{
    ConnectTimeout = TimeSpan.FromSeconds(60),
    Handlers = scenario.StartsWith("elicitation", StringComparison.Ordinal) || scenario.StartsWith("sep-2322", StringComparison.Ordinal) ? Answers.Handlers : null,
    SignIns = new(_ => new MemoryVault(), new Uri("http://localhost:41999/callback"), _ => "nobody can")
    {
        ClientDocument = new("https://conformance-test.local/client-metadata.json"),
        Prompt = Browser.OpenAsync,
    },
};
var opener = new LinkOpener(options, new NoSandbox(), new NoAudit(), TimeProvider.System);
var opening = await opener.OpenAsync(endpoint, opener.SessionOf(endpoint), limit.Token);
if (opening.Link is not { } link)
{
    Console.Error.WriteLine(opening.Reason);
    return 1;
}

try
{
    await using (link)
    {
        var tools = await link.Client.ListToolsAsync(cancellationToken: limit.Token);
        if (known.TryGetProperty("toolCalls", out var calls))
        {
            foreach (var call in calls.EnumerateArray()) await CallAsync(call.GetProperty("name").GetString()!, Arguments(call.GetProperty("arguments")));
        }
        else if (scenario != "json-schema-ref-no-deref")
        {
            await Task.WhenAll(tools.Select(tool => CallAsync(tool.Name, Answers.ArgumentsFor(tool.JsonSchema))));
        }

        if (link.Client.ServerCapabilities.Resources is not null)
        {
            foreach (var resource in await link.Client.ListResourcesAsync(cancellationToken: limit.Token)) await link.Client.ReadResourceAsync(resource.Uri, cancellationToken: limit.Token);
        }

        if (link.Client.ServerCapabilities.Prompts is not null)
        {
            foreach (var prompt in await link.Client.ListPromptsAsync(cancellationToken: limit.Token)) await link.Client.GetPromptAsync(prompt.Name, cancellationToken: limit.Token);
        }
    }

    return 0;
}
catch (Exception failure)
{
    // Some scenarios want the client to give up: that is an answer, not a crash.
    Console.Error.WriteLine(failure.Message);
    return 1;
}

async Task CallAsync(string tool, Dictionary<string, object?> arguments)
{
    var result = await link.Client.CallToolAsync(tool, arguments, cancellationToken: limit.Token);
    Console.WriteLine($"{tool}: {string.Join(' ', result.Content.OfType<TextContentBlock>().Select(block => block.Text))}");
}

static Dictionary<string, object?> Arguments(JsonElement given) => given.EnumerateObject().ToDictionary(member => member.Name, object? (member) => member.Value.Clone());

static string? Member(JsonElement known, string name) => known.TryGetProperty(name, out var value) ? value.GetString() : null;
