using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.McpFixture;

/// <summary>The options of one server of the SDK, with the fixture's tools behind it. The count of lists is the process's.</summary>
public sealed class FixtureServer(FixtureOptions options)
{
    private int _lists;

    public McpServerOptions Create() => new()
    {
        ServerInfo = new() { Name = "cadre-fixture", Version = "3.1.4" },
        ProtocolVersion = options.Protocol,
        Capabilities = new() { Tools = new() { ListChanged = true } },
        Handlers = new()
        {
            ListToolsHandler = List,
            CallToolHandler = (request, cancellationToken) => FixtureCalls.CallAsync(options, request, cancellationToken),
        },
    };

    private ValueTask<ListToolsResult> List(RequestContext<ListToolsRequestParams> request, CancellationToken cancellationToken)
    {
        var result = new ListToolsResult { Tools = FixtureTools.List(options.Mode, Interlocked.Increment(ref _lists)) };
        if (options.Mode == FixtureMode.EndlessList) result.NextCursor = $"page-{_lists}";
        return ValueTask.FromResult(result);
    }
}
