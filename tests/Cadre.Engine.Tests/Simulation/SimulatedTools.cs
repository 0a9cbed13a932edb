using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Tests.Simulation;

/// <summary>Tools of every effect whose deeds are counted outside the engine, in a ledger that survives the driver.</summary>
internal sealed class SimulatedTools(int seed, KillSwitch killSwitch, SimulatedJournal journal) : IToolSource
{
    private static readonly JsonElement Parameters = JsonDocument.Parse(
        """{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}""").RootElement;

    private readonly ITool[] _tools =
    [
        new Simulated("look", Effect.Read, seed, killSwitch, null),
        new Simulated("put", Effect.Idempotent, seed, killSwitch, null),
        new Simulated("fire", Effect.Unsafe, seed, killSwitch, null),
        new Simulated("probe_fire", Effect.Unsafe, seed, killSwitch, true),
        new Entering(seed, killSwitch, journal),
    ];

    /// <summary>Keys by the number of times the tool's body ran to its effect.</summary>
    public IReadOnlyDictionary<string, int> Deeds(string tool) =>
        tool == Entering.Name ? journal.Rows : ((Simulated)_tools.Single(candidate => candidate.Descriptor.Name == tool)).Deeds;

    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<ITool>>(_tools);

    /// <summary>Writes a row in the transaction that records it. Sometimes another was faster, and it is asked again.</summary>
    private sealed class Entering(int seed, KillSwitch killSwitch, SimulatedJournal journal) : ITool
    {
        public const string Name = "enter";
        private int _asked;

        public ToolDescriptor Descriptor { get; } = new(new(Name, "Simulated, transactional.", Parameters), Effect.Transactional, new("builtin", "1", CallHash.OfText(Name)));

        public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
        {
            killSwitch.Point();
            cancellationToken.ThrowIfCancellationRequested();
            var n = call.Arguments.GetProperty("n").GetInt32();
            if (new Random(seed ^ n).Next(10) == 0) return ValueTask.FromResult(ToolResult.Failed($"{Name} failed for {n}."));
            var stale = _asked++ % 5 == 0 ? 1 : 0;
            return ValueTask.FromResult(ToolResult.Ok($"{Name}: {n}") with { Pending = new Row(call.Key, journal.RowsVersion - stale) });
        }
    }

    private sealed class Simulated(string name, Effect effect, int seed, KillSwitch killSwitch, bool? probes) : ITool
    {
        private readonly Dictionary<string, int> _deeds = [];

        public IReadOnlyDictionary<string, int> Deeds => _deeds;

        public ToolDescriptor Descriptor { get; } =
            new(new(name, $"Simulated, {effect}.", Parameters), effect, new("builtin", "1", CallHash.OfText(name)));

        public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
        {
            killSwitch.Point();
            cancellationToken.ThrowIfCancellationRequested();
            if (effect == Effect.Unsafe || !_deeds.ContainsKey(call.Key)) _deeds[call.Key] = _deeds.GetValueOrDefault(call.Key) + 1;
            killSwitch.Point();
            return ValueTask.FromResult(ResultOf(call));
        }

        public ValueTask<Probed?> ProbeAsync(ToolCall call, CancellationToken cancellationToken) => ValueTask.FromResult(
            probes is null ? null : _deeds.ContainsKey(call.Key) ? new Probed(ResultOf(call)) : Probed.DidNotHappen);

        private ToolResult ResultOf(ToolCall call)
        {
            var n = call.Arguments.GetProperty("n").GetInt32();
            return new Random(seed ^ n).Next(10) == 0 ? ToolResult.Failed($"{name} failed for {n}.") : ToolResult.Ok($"{name}: {n}");
        }
    }
}

internal sealed class SimulatedPolicies(Policy policy) : IPolicies
{
    public Policy Current { get; } = policy;
}
