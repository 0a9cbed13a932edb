using Cadre.Engine.Budgets;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Rendering;

/// <summary>A root run and all below it, as far as their facts are known: what every picture of a run is drawn from.</summary>
internal sealed class RunTree(RunId root)
{
    private readonly Dictionary<RunId, RunState> _states = [];

    public RunId Id => root;

    public RunState Root => this[root];

    public RunState this[RunId run] => _states.GetValueOrDefault(run) ?? new RunState(run);

    /// <summary>In the order of their ids, the root first.</summary>
    public IEnumerable<RunState> Runs => _states.Values.OrderBy(state => state.Id);

    /// <summary>By everything in the tree, also what is still being done.</summary>
    public Spending Spent => SpentBy(root);

    /// <summary>Calls that wait for a person.</summary>
    public IEnumerable<PendingApproval> Approvals =>
        from state in Runs
        where !state.HasEnded
        from call in state.Calls
        where call.Phase == CallPhase.AwaitingApproval
        select new PendingApproval(state.Id, call.Request, call.Asked!);

    public static async ValueTask<RunTree> LoadAsync(IJournal journal, RunId root, CancellationToken cancellationToken)
    {
        var tree = new RunTree(root);
        await tree.AddAsync(journal, root, cancellationToken);
        return tree;
    }

    public void Apply(FeedItem.Fact fact) => _states[fact.Run] = RunFold.Apply(this[fact.Run], fact.Event);

    private async ValueTask AddAsync(IJournal journal, RunId run, CancellationToken cancellationToken)
    {
        var children = new List<RunId>();
        var seq = 0L;
        await foreach (var @event in journal.ReadAsync(run, 0, cancellationToken))
        {
            Apply(new(run, seq++, @event));
            if (@event is RunEvent.ChildStarted child) children.Add(run.Child(child.Key));
        }

        foreach (var child in children) await AddAsync(journal, child, cancellationToken);
    }

    private Spending SpentBy(RunId run)
    {
        var state = this[run];
        return state.Children.Aggregate(state.Spent, (sum, child) => sum + SpentBy(run.Child(child.Key)));
    }
}

/// <summary>A call that goes on when a person has decided.</summary>
internal sealed record PendingApproval(RunId Run, ToolRequest Request, RunEvent.ApprovalAsked Asked);
