using System.Threading.Channels;
using Cadre.Engine.Tools;
using Cadre.Guard.Audit;
using Cadre.Guard.Policies;
using Cadre.Models;
using Cadre.Models.Endpoints;
using Cadre.Sandbox;
using Cadre.Server.Functions;
using Cadre.Server.Hosting;
using Cadre.Server.Identity.Tokens;
using Cadre.Simulator;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Bench.Server;

/// <summary>The server as it is shipped, with one function, in this process.</summary>
internal sealed class HostedCadre : IAsyncDisposable
{
    private const int CallsKept = 4_096;
    private static readonly byte[] TokenSecret = [.. "a secret of the benches, long enough for HS256"u8];
    private readonly ConnectedModel _model;
    private readonly AuditLog _audit;
    private readonly CadreServer _server;

    private HostedCadre(ConnectedModel model, AuditLog audit, CadreServer server) => (_model, _audit, _server) = (model, audit, server);

    public Uri Address => _server.Address;

    /// <param name="onCall">Told of each request to the model, after its end.</param>
    public static async Task<HostedCadre> StartAsync(string state, Uri model, Action<ModelCallRecord>? onCall = null)
    {
        var endpoint = new Endpoint(model) { ApiKey = new("simulator") };
        var calls = Channel.CreateBounded<ModelCallRecord>(new BoundedChannelOptions(CallsKept) { FullMode = BoundedChannelFullMode.DropWrite });
        var connected = new ConnectedModel(new(endpoint) { OnCall = onCall ?? (call => calls.Writer.TryWrite(call)) }, TimeProvider.System);
        var audit = await AuditLog.OpenAsync(state, null, TimeProvider.System, CancellationToken.None);
        if (!PolicyStore.TryLoad(null, allowNet: false, out var policies, out _)) throw new InvalidOperationException("The policies cannot be read.");
        const string Schema = """{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]}""";
        var server = await CadreServer.StartAsync(
            new()
            {
                StateDirectory = state,
                Url = "http://127.0.0.1:0",
                Model = connected,
                Endpoint = endpoint,
                ModelCalls = calls.Reader,
                DefaultModel = SimulatorOptions.BuiltInModel,
                Policies = policies,
                ReloadPolicies = _ => ValueTask.FromResult<IReadOnlyList<string>>([]),
                Audit = audit,
                AuditHistory = new AuditHistory(state),
                Sandbox = new HostSandbox(new()),
                Tools = [new ServerFunctions(ServerFunction.Create("lookup", "Finds an order.", Schema, (_, _) => new("on its way"), Effect.Read))],
                ToolsDirectory = Path.Combine(state, "tools"),
                BootstrapKey = ChildServers.Key,
                Tokens = new() { Secret = TokenSecret },
                Log = NullLoggerFactory.Instance,
                Time = TimeProvider.System,
            },
            CancellationToken.None);
        return new(connected, audit, server);
    }

    /// <summary>For a person, as an application's sign-in makes it.</summary>
    public static string TokenOf(string user)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new DevelopmentToken(user, now, now + TimeSpan.FromHours(1)).Sign(TokenSecret);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _audit.DisposeAsync();
        _model.Dispose();
    }
}
