using System.Collections.Immutable;
using Cadre.Engine.Budgets;
using Cadre.Engine.Goals;
using Cadre.Engine.Models;

namespace Cadre.Engine.Runs;

/// <summary>What is known of a run after <see cref="Version"/> events. Made by <see cref="RunFold.Apply"/> only.</summary>
public sealed record RunState(RunId Id)
{
    /// <summary>Number of events folded.</summary>
    public long Version { get; init; }

    /// <summary>Null until the run has started.</summary>
    public RunDefinition? Definition { get; init; }

    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset LastAt { get; init; }

    public History History { get; init; } = History.Empty;

    /// <summary>Added while calls were open: they follow the calls' outputs.</summary>
    public ImmutableArray<Message> Held { get; init; } = [];

    /// <summary>The calls of the turn in progress, in the model's order; empty between turns.</summary>
    public ImmutableArray<CallState> Calls { get; init; } = [];

    /// <summary>Replies so far.</summary>
    public int Turns { get; init; }

    public StopReason LastStop { get; init; }

    /// <summary>Answers in a row that were sent back.</summary>
    public int Repairs { get; init; }

    /// <summary>Turns in a row of which no call was made.</summary>
    public int FruitlessTurns { get; init; }

    /// <summary>Tokens of the last request and its reply, as the endpoint counted them.</summary>
    public long ContextTokens { get; init; }

    /// <summary>What the next request will take, by the endpoint's count or by an estimate, whichever is more.</summary>
    public long EstimatedTokens => Math.Max(ContextTokens, History.Characters / History.CharactersPerToken);

    /// <summary>Calls in doubt, by <see cref="Tools.CallHash"/>.</summary>
    public ImmutableHashSet<string> Doubts { get; init; } = [];

    /// <summary>Children that have not finished.</summary>
    public ImmutableArray<ChildState> Children { get; init; } = [];

    public GoalState? Goal { get; init; }

    public Budget Budget { get; init; } = Budget.Unlimited;

    /// <summary>By this run and its finished children.</summary>
    public Spending Spent { get; init; } = Spending.None;

    /// <summary>Longest finished child of the children that run now.</summary>
    public TimeSpan ChildrenActive { get; init; }

    public RunEvent.CancelRequested? Cancel { get; init; }
    public RunEvent.Paused? Paused { get; init; }

    /// <summary>Set once, by the terminal event.</summary>
    public RunOutcome? Outcome { get; init; }

    public bool HasEnded => Outcome is not null;

    /// <summary>The parts of the budget that neither this run has spent nor its open children may spend.</summary>
    public Budget Remaining => Allotments.Remaining(this);
}

/// <param name="Key">The last segment of its id.</param>
public sealed record ChildState(string Key, Budget Allotment);
