using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Tests.Simulation;

/// <summary>Tools of every effect whose deeds are counted outside the engine, in a ledger that survives the driver.</summary>
internal sealed class SimulatedTools(int seed, KillSwitch killSwitch) : IToolSource
{
    private readonly ITool[] _tools =
    [
        new Simulated("look", Effect.Read, seed, killSwitch, null),
        new Simulated("put", Effect.Idempotent, seed, killSwitch, null),
        new Simulated("fire", Effect.Unsafe, seed, killSwitch, null),
        new Simulated("probe_fire", Effect.Unsafe, seed, killSwitch, true),
    ];

    /// <summary>Keys by the number of times the tool's body ran to its effect.</summary>
    public IReadOnlyDictionary<string, int> Deeds(string tool) => ((Simulated)_tools.Single(candidate => candidate.Descriptor.Name == tool)).Deeds;

    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<ITool>>(_tools);

    private sealed class Simulated(string name, Effect effect, int seed, KillSwitch killSwitch, bool? probes) : ITool
    {
        private static readonly JsonElement Parameters = JsonDocument.Parse(
            """{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}""").RootElement;

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
