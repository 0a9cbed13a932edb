using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tests.Simulation;
using Cadre.Engine.Tools;
using Cadre.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Engine.Tests;

/// <summary>A real engine whose edges are in memory: a scripted model, tools made of functions, a journal that keeps its JSON form.</summary>
internal sealed class TestEngine
{
    private readonly SimulatedQueue _queue = new();
    private readonly Random _random = new(7);

    public TestEngine(Func<ModelRequest, ModelChunk> model, params FunctionTool[] tools)
        : this(new Policy(), model, tools)
    {
    }

    public TestEngine(Policy policy, Func<ModelRequest, ModelChunk> model, params FunctionTool[] tools)
    {
        Journal = new(Kill);
        Model = new(model);
        Audit = new(Kill);
        Ports = new()
        {
            Journal = Journal,
            Queue = _queue,
            Model = Model,
            Tools = [new FunctionTools(tools)],
            Policies = new SimulatedPolicies(policy),
            Audit = Audit,
            Feed = new(Journal),
            Time = Time,
        };
        Control = new(Ports);
    }

    public KillSwitch Kill { get; } = new();
    public FakeTimeProvider Time { get; } = new();
    public SimulatedJournal Journal { get; }
    public SimulatedAudit Audit { get; }
    public ScriptedModel Model { get; }
    public EnginePorts Ports { get; }
    public RunControl Control { get; }
    public RunId Id { get; } = RunId.Parse("t");

    /// <summary>Changes need no person.</summary>
    public static Policy Trusting { get; } = new(new PolicyRules { Defaults = new(Change: VerdictKind.Allow) });

    public static AgentSpec Agent { get; } = new("worker", "model", "Work.", ["*"]);

    public IEnumerable<string> Types(RunId? run = null) => Journal.Runs[run ?? Id].Select(e => e.GetType().Name);

    public Driver Driver(string name = "driver") => new(Ports, name, NullLogger<Driver>.Instance);

    public async Task<RunState> StartAsync(Func<RunDefinition, RunDefinition>? change = null, string input = "Do it.")
    {
        var definition = new RunDefinition(Agent, Owner.Local);
        Assert.True(await Control.StartAsync(Id, change?.Invoke(definition) ?? definition, [new Message.User(input)], CancellationToken.None));
        return await DriveAsync();
    }

    /// <summary>Drives whatever is queued until nothing is.</summary>
    public async Task<RunState> DriveAsync()
    {
        while (_queue.Take(_random) is { } run) await Driver().DriveAsync(run, CancellationToken.None);
        return (await Control.LoadAsync(Id, CancellationToken.None))!;
    }

    public static ModelChunk Text(string text) => new ModelChunk.Completed(new(text, [], StopReason.Finished, new(100, 10), "model", Cost: 0.01m));

    public static ModelChunk Calls(params ToolRequest[] calls) =>
        new ModelChunk.Completed(new("", [.. calls], StopReason.ToolCalls, new(100, 10), "model", Cost: 0.01m));

    public static ModelChunk Fails(ModelFailureKind kind) => new ModelChunk.Failed(new(kind, $"It is {kind}."));
}

internal sealed class ScriptedModel(Func<ModelRequest, ModelChunk> script) : IModel
{
    public List<ModelRequest> Requests { get; } = [];

    public async IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Requests.Add(request with { Messages = [.. request.Messages] });
        await ValueTask.CompletedTask;
        yield return new ModelChunk.Text("…");
        yield return script(request);
    }
}

internal sealed class FunctionTool(string name, Effect effect, Func<ToolCall, CancellationToken, ValueTask<ToolResult>> body) : ITool
{
    private static readonly JsonElement Parameters = JsonDocument.Parse("""{"type":"object","properties":{"n":{"type":"integer"}}}""").RootElement;

    public FunctionTool(string name, Effect effect, Func<ToolCall, ToolResult> body)
        : this(name, effect, (call, _) => ValueTask.FromResult(body(call)))
    {
    }

    public ToolDescriptor Descriptor { get; init; } = new(new(name, "A function.", Parameters), effect, new("builtin", "1", CallHash.OfText(name)));

    public Func<ToolCall, Probed?>? Probe { get; init; }

    public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken) => body(call, cancellationToken);

    public ValueTask<Probed?> ProbeAsync(ToolCall call, CancellationToken cancellationToken) => ValueTask.FromResult(Probe?.Invoke(call));
}

internal sealed class FunctionTools(IReadOnlyList<ITool> tools) : IToolSource
{
    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ValueTask.FromResult(tools);
}
