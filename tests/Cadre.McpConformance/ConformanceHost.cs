using Cadre.Server.Identity;
using Cadre.Server.Mcp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.McpConformance;

/// <summary>The server's own MCP endpoint over the fixtures that the conformance suites ask for. The suites bring no token: everybody is one user.</summary>
public sealed class ConformanceHost : IAsyncDisposable
{
    private static readonly Caller Everybody = new("conformance", "user_conformance", "conformance");

    private readonly WebApplication _application;
    private readonly McpSessions _sessions = new(TimeProvider.System);
    private readonly McpStates _states = new(TimeProvider.System);
    private readonly CancellationTokenSource _stopping = new();

    private ConformanceHost(WebApplication application) => _application = application;

    public string Url => _application.Urls.Single() + McpFace.Path;

    /// <param name="port">0 takes a free one.</param>
    public static async Task<ConformanceHost> StartAsync(int port = 0)
    {
        var listening = new Uri($"http://127.0.0.1:{port}");
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(listening.ToString());
        builder.Services.AddRoutingCore();
        var application = builder.Build();
        var host = new ConformanceHost(application);
        application.Use(next => http =>
        {
            Everybody.Attach(http);
            return next(http);
        });
        application.UseRouting();
        McpFace.Map(application, new(listening, null, NullLoggerFactory.Instance, TimeProvider.System, host._stopping.Token), new FixtureOffer(), host._sessions, host._states);
        await application.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _application.DisposeAsync();
        await _sessions.DisposeAsync();
        _states.Dispose();
        _stopping.Dispose();
    }
}
