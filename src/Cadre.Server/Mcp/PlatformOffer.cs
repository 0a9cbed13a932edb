using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Registry;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.Server.Mcp;

/// <summary>The platform's own tools, for whoever sent the request: those that were granted, called as <see cref="DirectCalls"/> calls them.</summary>
internal sealed class PlatformOffer(PlatformTools platform, DirectCalls calls) : IMcpOffer
{
    public const string Via = "mcp";

    private const string Instructions =
        "Cadre keeps tasks and runs agents for the signed-in user. Every tool acts for that user alone. "
        + "A run that waits for an approval goes on only after a person has decided it.";

    /// <summary>Clients may keep a list of tools for so long. Only a restart or another token changes it.</summary>
    private static readonly TimeSpan ListsLast = TimeSpan.FromMinutes(5);

    private static readonly string Version = typeof(PlatformOffer).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly Lazy<IReadOnlyDictionary<string, Tool>> _tools = new(() => platform.All.ToDictionary(tool => tool.Descriptor.Name, Definition, StringComparer.Ordinal));

    public McpServerOptions CreateOptions() => new()
    {
        ServerInfo = new() { Name = "cadre", Title = "Cadre", Version = Version },
        ServerInstructions = Instructions,
        Capabilities = new() { Tools = new() },
        Handlers = new() { ListToolsHandler = ListAsync, CallToolHandler = CallAsync },
    };

    public Tool? FindTool(string name) => _tools.Value.GetValueOrDefault(name);

    public string? GrantOf(string tool) => platform.Find(tool)?.Grant;

    private static Tool Definition(IPlatformTool tool)
    {
        var descriptor = tool.Descriptor;
        return new()
        {
            Name = descriptor.Name,
            Title = tool.Title,
            Description = descriptor.Definition.Description,
            InputSchema = descriptor.Definition.Parameters,
            OutputSchema = tool.OutputSchema,
            Annotations = new()
            {
                Title = tool.Title,
                ReadOnlyHint = descriptor.Effect == Effect.Read,
                DestructiveHint = tool.IsDestructive,
                IdempotentHint = descriptor.Effect is Effect.Read or Effect.Idempotent,
                OpenWorldHint = false,
            },
        };
    }

    private ValueTask<ListToolsResult> ListAsync(RequestContext<ListToolsRequestParams> request, CancellationToken cancellationToken)
    {
        if (request.Params?.Cursor is not null) throw new McpProtocolException("There is one page of tools: this cursor is none of this server's.", McpErrorCode.InvalidParams);
        var caller = McpCaller.Of(request.JsonRpcRequest);
        return ValueTask.FromResult(new ListToolsResult
        {
            Tools = [.. platform.All.Where(tool => caller.Has(tool.Grant)).Select(tool => _tools.Value[tool.Descriptor.Name])],
            TimeToLive = ListsLast,
            CacheScope = CacheScope.Private,
        });
    }

    private async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var name = request.Params?.Name ?? "";
        var caller = McpCaller.Of(request.JsonRpcRequest);
        if (platform.Find(name) is not { } tool || !caller.Has(tool.Grant)) throw new McpProtocolException($"There is no tool '{name}'.", McpErrorCode.InvalidParams);
        var result = await calls.CallAsync(caller, tool, Arguments(request), Via, cancellationToken);
        return result is { Status: ToolStatus.Succeeded, Structured: { } structured }
            ? new() { Content = [new TextContentBlock { Text = structured.GetRawText() }], StructuredContent = structured }
            : new() { Content = [new TextContentBlock { Text = result.Output }], IsError = result.Status != ToolStatus.Succeeded };
    }

    private static JsonElement Arguments(RequestContext<CallToolRequestParams> request) =>
        JsonElement.Parse(request.JsonRpcRequest.Params?["arguments"]?.ToJsonString() ?? "{}");
}
