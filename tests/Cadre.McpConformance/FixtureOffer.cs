using System.Text.Json;
using Cadre.Server.Mcp;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.McpConformance;

/// <summary>Tools, prompts and resources by the names that the suites know.</summary>
internal sealed class FixtureOffer : IMcpOffer
{
    private static readonly TimeSpan ListsLast = TimeSpan.FromMinutes(1);

    private static readonly IReadOnlyDictionary<string, FixtureTool> Tools =
        FixtureTools.All.Concat(AskingTools.All).Concat(InputTools.All).OrderBy(tool => tool.Definition.Name, StringComparer.Ordinal).ToDictionary(tool => tool.Definition.Name);

    public McpServerOptions CreateOptions() => new()
    {
        ServerInfo = new() { Name = "cadre-conformance", Version = "1" },
#pragma warning disable MCP9005 // Deprecated since 2026-07-28: the suites of older revisions want it.
        Capabilities = new() { Tools = new(), Prompts = new(), Resources = new() { Subscribe = true }, Completions = new(), Logging = new() },
        Handlers = new()
        {
            ListToolsHandler = (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = [.. Tools.Values.Select(tool => tool.Definition)], TimeToLive = ListsLast, CacheScope = CacheScope.Private }),
            CallToolHandler = (request, cancellationToken) => Tools.TryGetValue(request.Params!.Name, out var tool)
                ? tool.Call(request, cancellationToken)
                : throw new McpProtocolException($"There is no tool '{request.Params.Name}'.", McpErrorCode.InvalidParams),
            ListPromptsHandler = (_, _) => ValueTask.FromResult(new ListPromptsResult { Prompts = FixturePrompts.All, TimeToLive = ListsLast, CacheScope = CacheScope.Private }),
            GetPromptHandler = (request, _) => ValueTask.FromResult(FixturePrompts.Get(request.Params!)),
            ListResourcesHandler = (_, _) => ValueTask.FromResult(new ListResourcesResult { Resources = FixtureResources.All, TimeToLive = ListsLast, CacheScope = CacheScope.Private }),
            ListResourceTemplatesHandler = (_, _) =>
                ValueTask.FromResult(new ListResourceTemplatesResult { ResourceTemplates = [FixtureResources.Template], TimeToLive = ListsLast, CacheScope = CacheScope.Private }),
            ReadResourceHandler = (request, _) => ValueTask.FromResult(FixtureResources.Read(request.Params!.Uri, ListsLast)),
            SubscribeToResourcesHandler = (_, _) => ValueTask.FromResult(new EmptyResult()),
            UnsubscribeFromResourcesHandler = (_, _) => ValueTask.FromResult(new EmptyResult()),
            SetLoggingLevelHandler = (_, _) => ValueTask.FromResult(new EmptyResult()),
            CompleteHandler = (request, _) => ValueTask.FromResult(new CompleteResult { Completion = new() { Values = [request.Params!.Argument.Value + "1"], Total = 1, HasMore = false } }),
        },
#pragma warning restore MCP9005 // The rest uses nothing deprecated.
    };

    public Tool? FindTool(string name) => Tools.GetValueOrDefault(name)?.Definition;

    public string? GrantOf(string tool) => null;
}

internal sealed record FixtureTool(Tool Definition, Func<RequestContext<CallToolRequestParams>, CancellationToken, ValueTask<CallToolResult>> Call)
{
    public const string NoArguments = """{"type":"object","properties":{}}""";

    public static FixtureTool Of(string name, string description, Func<RequestContext<CallToolRequestParams>, CancellationToken, ValueTask<CallToolResult>> call, string schema = NoArguments) =>
        new(new() { Name = name, Description = description, InputSchema = JsonElement.Parse(schema) }, call);

    public static CallToolResult Text(string text) => new() { Content = [new TextContentBlock { Text = text }] };
}
