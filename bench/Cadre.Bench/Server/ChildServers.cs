using System.Threading.Channels;
using Cadre.Engine.Tools;
using Cadre.Guard.Audit;
using Cadre.Guard.Policies;
using Cadre.Models;
using Cadre.Models.Endpoints;
using Cadre.Sandbox;
using Cadre.Server.Functions;
using Cadre.Server.Hosting;
using Cadre.Simulator;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Bench.Server;

/// <summary>The processes of the server's benches: the model, Cadre, and what Cadre is compared with.</summary>
internal static class ChildServers
{
    public const string Key = "sk-cadre-bench-key-of-the-first-organisation";

    /// <summary>One call, then the answer.</summary>
    private const string Script = """
        otherwise: fail
        rules:
          - when: { tool_offered: lookup, last_role: user }
            then: { calls: [{ name: lookup, arguments: { number: A-42 } }] }
          - when: { tool_offered: lookup, last_role: tool }
            then: { text: "Your order A-42 is on its way and will be there tomorrow before noon." }
          - then: { text: "Twenty words or so, as an answer has them: this one says nothing, but it says it in the right number.", chunk_size: 5 }
        """;

    public static async Task<bool> RunAsync(string[] args)
    {
        switch (args.FirstOrDefault())
        {
            case "child-simulator":
                await using (var simulator = await SimulatorServer.StartAsync(SimulatorScript.Parse(Script), new() { RecordRequests = false })) await ServeAsync(simulator.BaseUrl);
                return true;
            case "child-cadre":
                await CadreAsync(args[1], new(args[2]));
                return true;
            case "child-floor":
                await using (var floor = await FloorServer.StartAsync(args[1], new(args[2]))) await ServeAsync(floor.Url);
                return true;
            case "child-proxy":
                await using (var proxy = await BareProxy.StartAsync(new(args[1]))) await ServeAsync(proxy.Url);
                return true;
            case "child-metronome":
                await using (var metronome = await Metronome.StartAsync()) await ServeAsync(metronome.Url);
                return true;
            default:
                return false;
        }
    }

    private static async Task CadreAsync(string state, Uri model)
    {
        var endpoint = new Endpoint(model) { ApiKey = new("simulator") };
        var calls = Channel.CreateBounded<ModelCallRecord>(new BoundedChannelOptions(4_096) { FullMode = BoundedChannelFullMode.DropWrite });
        using var connected = new ConnectedModel(new(endpoint) { OnCall = call => calls.Writer.TryWrite(call) }, TimeProvider.System);
        await using var audit = await AuditLog.OpenAsync(state, null, TimeProvider.System, CancellationToken.None);
        if (!PolicyStore.TryLoad(null, allowNet: false, out var policies, out _)) throw new InvalidOperationException("The policies cannot be read.");
        const string Schema = """{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]}""";
        await using var server = await CadreServer.StartAsync(
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
                Sandbox = new HostSandbox(new()),
                Tools = [new ServerFunctions(ServerFunction.Create("lookup", "Finds an order.", Schema, (_, _) => new("on its way"), Effect.Read))],
                ToolsDirectory = Path.Combine(state, "tools"),
                BootstrapKey = Key,
                Log = NullLoggerFactory.Instance,
                Time = TimeProvider.System,
            },
            CancellationToken.None);
        await ServeAsync(server.Address);
    }

    private static async Task ServeAsync(Uri url)
    {
        Console.WriteLine(url.AbsoluteUri);
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }
}
