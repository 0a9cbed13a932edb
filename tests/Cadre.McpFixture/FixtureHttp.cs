using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.McpFixture;

/// <summary>
/// The server over Streamable HTTP on a free loopback port: 2026-07-28 without sessions, and sessions for clients that shake hands. Also
/// answers under /moved (a redirect), /slow (429) and /secret (401 without the right bearer token).
/// </summary>
public sealed class FixtureHttp : IAsyncDisposable
{
    private const string SessionHeader = "Mcp-Session-Id";
    private readonly ConcurrentDictionary<string, Session> _sessions = [];
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly FixtureServer _fixture;
    private readonly FixtureOptions _options;
    private readonly WebApplication _application;

    private FixtureHttp(FixtureOptions options)
    {
        (_options, _fixture) = (options, new(options));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.MapPost("/mcp", PostAsync);
        _application.MapDelete("/mcp", Delete);
        _application.MapPost("/secret", SecretAsync);
        _application.MapPost("/slow", context =>
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "1";
            return Task.CompletedTask;
        });
        _application.MapPost("/moved", context =>
        {
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = $"http://localhost.localdomain:{Port}/mcp";
            return Task.CompletedTask;
        });
    }

    public int Port => new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    public string Url => $"http://127.0.0.1:{Port}/mcp";

    /// <summary>The JSON-RPC methods that arrived, in order, with the protocol version of the request's header.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public int Sessions => _sessions.Count;

    public static async Task<FixtureHttp> StartAsync(FixtureOptions options)
    {
        var http = new FixtureHttp(options);
        await http._application.StartAsync();
        return http;
    }

    /// <summary>As a restart does: every session is gone, the port stays.</summary>
    public async Task ForgetSessionsAsync()
    {
        foreach (var id in _sessions.Keys) if (_sessions.TryRemove(id, out var session)) await session.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetSessionsAsync();
        await _application.DisposeAsync();
    }

    public Task WaitAsync() => _application.WaitForShutdownAsync();

    private Task SecretAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization == "Bearer fixture-token-0123456789") return PostAsync(context);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return context.Response.WriteAsync($"not accepted: {context.Request.Headers.Authorization}");
    }

    private async Task PostAsync(HttpContext context)
    {
        var message = await JsonSerializer.DeserializeAsync(context.Request.Body, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage)), context.RequestAborted) as JsonRpcMessage;
        var version = context.Request.Headers["MCP-Protocol-Version"].ToString();
        _requests.Enqueue($"{(message as JsonRpcRequest)?.Method ?? (message as JsonRpcNotification)?.Method ?? "response"} {version}".Trim());
        message!.Context = new() { ProtocolVersion = version.Length == 0 ? null : version };
        if (version == "2026-07-28" && _options.Protocol is null) await StatelessAsync(context, message);
        else await InSessionAsync(context, message);
    }

    private async Task StatelessAsync(HttpContext context, JsonRpcMessage message)
    {
        await using var session = new Session(new StreamableHttpServerTransport { Stateless = true }, _fixture.Create());
        await AnswerAsync(context, session, message);
    }

    private async Task InSessionAsync(HttpContext context, JsonRpcMessage message)
    {
        var id = context.Request.Headers[SessionHeader].ToString();
        if (message is JsonRpcRequest { Method: "initialize" })
        {
            id = Guid.NewGuid().ToString("n");
            _sessions[id] = new(new StreamableHttpServerTransport { SessionId = id }, _fixture.Create());
            context.Response.Headers[SessionHeader] = id;
        }

        if (_sessions.TryGetValue(id, out var session)) await AnswerAsync(context, session, message);
        else context.Response.StatusCode = id.Length == 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status404NotFound;
    }

    private static async Task AnswerAsync(HttpContext context, Session session, JsonRpcMessage message)
    {
        context.Response.ContentType = "text/event-stream";
        var wrote = await session.Transport.HandlePostRequestAsync(message, context.Response.Body, context.RequestAborted);
        if (wrote || context.Response.HasStarted) return;
        context.Response.ContentType = null;
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private async Task Delete(HttpContext context)
    {
        if (_sessions.TryRemove(context.Request.Headers[SessionHeader].ToString(), out var session)) await session.DisposeAsync();
        else context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private sealed class Session : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly McpServer _server;
        private readonly Task _running;

        public Session(StreamableHttpServerTransport transport, McpServerOptions options)
        {
            Transport = transport;
            _server = McpServer.Create(transport, options);
            _running = _server.RunAsync(_end.Token);
        }

        public StreamableHttpServerTransport Transport { get; }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _server.DisposeAsync();
            await Transport.DisposeAsync();
            try
            {
                await _running;
            }
            catch (OperationCanceledException)
            {
                // That is how it ends.
            }
            finally
            {
                _end.Dispose();
            }
        }
    }
}
