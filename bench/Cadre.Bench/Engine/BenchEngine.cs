using System.Text.Json;
using Cadre.Engine;
using Cadre.Engine.Models;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Guard.Audit;
using Cadre.Storage.Jsonl;
using Cadre.Storage.Queues;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Bench.Engine;

/// <summary>The shipped engine over the shipped journal and audit log, in a temporary state directory, with one tool that does nothing.</summary>
internal sealed class BenchEngine : IAsyncDisposable
{
    private readonly string _state;
    private readonly JsonlJournal _journal;
    private readonly AuditLog _audit;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    private BenchEngine(string state, JsonlJournal journal, AuditLog audit, IModel model, int lanes)
    {
        (_state, _journal, _audit) = (state, journal, audit);
        var queue = new InProcessQueue();
        Ports = new()
        {
            Journal = journal,
            Queue = queue,
            Model = model,
            Tools = [new OneTool()],
            Policies = new Open(),
            Audit = audit,
            Feed = new Feed(journal),
            Time = TimeProvider.System,
        };
        Control = new(Ports);
        var worker = new Worker(queue, new Driver(Ports, "bench", NullLogger<Driver>.Instance), lanes, NullLogger<Worker>.Instance);
        _work = worker.RunAsync(_stop.Token);
    }

    public EnginePorts Ports { get; }
    public RunControl Control { get; }

    public static async Task<BenchEngine> StartAsync(IModel model, int lanes)
    {
        var state = Directory.CreateTempSubdirectory("cadre-bench-").FullName;
        var journal = await JsonlJournal.OpenAsync(state, null, TimeProvider.System, CancellationToken.None);
        return new(state, journal, await AuditLog.OpenAsync(state, null, TimeProvider.System, CancellationToken.None), model, lanes);
    }

    /// <summary>One run from its start to its terminal event.</summary>
    public async Task RunAsync(RunId id)
    {
        var agent = new AgentSpec("bench", "simulator", "Work.", ["*"]);
        var watching = Task.Run(async () =>
        {
            await foreach (var item in Ports.Feed.ReadAsync(id, 0, CancellationToken.None))
            {
                if (item is FeedItem.Fact { Event: RunEvent.Ended { Outcome: { Status: not RunStatus.Completed } outcome } })
                    throw new InvalidOperationException($"{outcome.Status}: {outcome.Reason}");
            }
        });
        await Control.StartAsync(id, new(agent, Owner.Local), [new Message.User("use the tool")], CancellationToken.None);
        await watching;
    }

    public static RunId NewId(int number) => RunId.Parse($"bench{number:D8}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        await _journal.DisposeAsync();
        await _audit.DisposeAsync();
        Directory.Delete(_state, recursive: true);
        _stop.Dispose();
    }

    private sealed class OneTool : ITool, IToolSource
    {
        private static readonly JsonElement Parameters = JsonDocument.Parse("""{"type":"object","properties":{"q":{"type":"string"}}}""").RootElement;

        public ToolDescriptor Descriptor { get; } = new(new("look", "Looks.", Parameters), Effect.Read, new(ToolSources.Builtin, "1", "bench"));

        public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken) => ValueTask.FromResult(ToolResult.Ok("seen"));

        public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<ITool>>([this]);
    }

    private sealed class Open : IPolicies
    {
        public Policy Current { get; } = new();
    }
}
