using Cadre.Engine.Budgets;
using Cadre.Engine.Goals;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Engine.Tests.Simulation;

/// <summary>One run, driven to its end on one thread by drivers that die at a chosen point and whose work others take over.</summary>
internal sealed class SimulatedWorld
{
    private const int MaxDrives = 5_000;
    private readonly Random _random;
    private readonly FakeTimeProvider _time = new();
    private readonly SimulatedQueue _queue = new();
    private readonly EnginePorts _ports;
    private int _drivers;

    public SimulatedWorld(int seed, int? killAt = null, int faultEvery = 12)
    {
        _random = new(seed);
        InOrder = seed % 2 == 0;
        Kill = new() { At = killAt };
        Journal = new(Kill);
        Audit = new(Kill);
        Tools = new(seed, Kill, Journal);
        _ports = new()
        {
            Journal = Journal,
            Queue = _queue,
            Model = new SimulatedModel(seed, new Random(seed + 1), Kill) { FaultEvery = faultEvery },
            Tools = [Tools],
            Policies = new SimulatedPolicies(new()),
            Audit = Audit,
            Feed = new(Journal),
            Time = _time,
        };
    }

    public KillSwitch Kill { get; }
    public SimulatedJournal Journal { get; }
    public SimulatedAudit Audit { get; }
    public SimulatedTools Tools { get; }
    public RunId Root { get; } = RunId.Parse("sim");

    /// <summary>One step at a time: then the order in which runs are driven cannot change what the goal comes to.</summary>
    public bool InOrder { get; }

    public async Task<RunState> RunAsync(bool goal)
    {
        var agent = new AgentSpec("worker", "simulated", goal ? GoalPrompts.Worker : "Work.", ["*"]) { MaxTurns = 12 };
        var definition = new RunDefinition(agent, Owner.Local)
        {
            Approvals = ApprovalMode.Ask,
            Budget = new(Tokens: 2_000_000, Calls: 400),
            Goal = goal
                ? new("Reach it.", agent with { Name = "planner", Tools = [] }, agent with { Name = "reviewer", Tools = ["look"] })
            {
                Parallel = InOrder ? 1 : 4,
            }
            : null,
        };
        await AgainAsync(async control => await control.StartAsync(Root, definition, [new Message.User("Reach it.")], CancellationToken.None));
        for (var drives = 0; drives < MaxDrives; drives++)
        {
            if (await LoadAsync(Root) is { HasEnded: true } ended) return ended;
            await AgainAsync(async control => await AdvanceAsync(control));
        }

        throw new InvalidOperationException($"Not ended after {MaxDrives} drives.");
    }

    /// <summary>Does it as one driver; if that dies, the next one takes everything over.</summary>
    private async Task AgainAsync(Func<RunControl, Task> act)
    {
        _time.Advance(TimeSpan.FromMilliseconds(_random.Next(1, 50)));
        try
        {
            await act(new(_ports));
        }
        catch (KilledException)
        {
            await RecoverAsync(act);
        }
    }

    private async Task RecoverAsync(Func<RunControl, Task> act)
    {
        while (true)
        {
            // A driver may die while it takes over, too.
            Kill.Revive(_random.Next(2) == 0 ? _random.Next(1, 40) : null);
            _queue.Clear();
            try
            {
                await NewDriver().TakeOverAsync(Root, CancellationToken.None);
                if (await LoadAsync(Root) is { Version: 0 }) await act(new(_ports));
                return;
            }
            catch (KilledException)
            {
                continue;
            }
        }
    }

    private async Task AdvanceAsync(RunControl control)
    {
        if (_queue.Take(_random) is { } run)
        {
            await NewDriver().DriveAsync(run, CancellationToken.None);
            return;
        }

        var acted = false;
        foreach (var open in Journal.Runs.Keys.ToArray())
        {
            var state = await LoadAsync(open);
            if (state.Paused is not null && !state.HasEnded)
            {
                await NewDriver().TakeOverAsync(Root, CancellationToken.None);
                return;
            }

            foreach (var call in state.Calls.Where(call => call.Phase == CallPhase.AwaitingApproval && !state.HasEnded))
            {
                var approve = call.Asked!.Reason == ApprovalReason.Policy && CallHash.OfText(call.Request.Arguments)[0] < 'c';
                await control.DecideAsync(open, call.Request.CallId, call.Asked.Hash, new(approve, "user:simulated"), CancellationToken.None);
                acted = true;
            }
        }

        if (!acted) throw new InvalidOperationException("The run has not ended, and nothing can be done for it.");
    }

    private Driver NewDriver() => new(_ports, $"driver-{++_drivers}", NullLogger<Driver>.Instance);

    private async Task<RunState> LoadAsync(RunId run)
    {
        var state = new RunState(run);
        await foreach (var @event in Journal.ReadAsync(run, 0, CancellationToken.None)) state = RunFold.Apply(state, @event);
        return state;
    }
}
