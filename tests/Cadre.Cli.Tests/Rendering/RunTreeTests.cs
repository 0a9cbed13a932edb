using Cadre.Cli.Rendering;
using Cadre.Engine.Budgets;
using Cadre.Engine.Goals;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Cli.Tests.Rendering;

public sealed class RunTreeTests
{
    private static readonly RunId Root = RunId.Parse("r");
    private readonly RunTree _tree = new(Root);
    private readonly Dictionary<RunId, long> _positions = [];
    private readonly List<string> _lines = [];

    [Fact]
    public void A_goal_is_told_in_lines_and_drawn_in_rows()
    {
        Start(Root, goal: true);
        Happens(Root, new RunEvent.ChildStarted("plan-1", Budget.Unlimited));
        Ends(Root, "plan-1");
        Happens(Root, new RunEvent.PlanMade(new(1, [new("look", "Look around", "t", [], []), new("tell", "Tell", "t", ["look"], [])])));
        Happens(Root, new RunEvent.ChildStarted("p1-s1-a1", Budget.Unlimited));
        var worker = Root.Child("p1-s1-a1");
        Start(worker);
        Happens(worker, new RunEvent.TurnFinished(new("", [new("c1", "list_directory", """{"path":"."}""")], StopReason.ToolCalls, new(10, 5), "m")));
        Happens(worker, new RunEvent.CallStarted("c1", "k", 1, Effect.Read, new("builtin", "1", "h"), "default.read", "p"));

        Assert.Equal(
            [new(RowState.Done, "Plan", "2 steps"), new(RowState.Active, "Look around", "list_directory path=."), new ProgressRow(RowState.Waiting, "Tell", "after 1")],
            ProgressRow.Of(_tree));
        Assert.Equal(["planning", "plan:\n  1. Look around\n  2. Tell (after 1)", "[1] started", "[1] list_directory path=."], _lines);
        Assert.Equal(15, _tree.Spent.Tokens.Total);
    }

    [Fact]
    public void A_call_that_waits_for_a_person_is_seen_with_its_rule()
    {
        Start(Root);
        Happens(Root, new RunEvent.TurnFinished(new("", [new("c1", "run_command", """{"argv":["rm","x"]}""")], StopReason.ToolCalls, default, "m")));
        Happens(Root, new RunEvent.ApprovalAsked("c1", "hash", ApprovalReason.Policy, "programs.rm", "It deletes."));
        var pending = Assert.Single(_tree.Approvals);
        Assert.Equal(("c1", "hash"), (pending.Request.CallId, pending.Asked.Hash));
        Assert.Equal(["needs approval: run_command argv=rm x (rule programs.rm: It deletes.)"], _lines);
        Assert.Equal("approval", RunSummary.Of(_tree).Status);

        Happens(Root, new RunEvent.ApprovalGiven("c1", "hash", true, "user:u"));
        Assert.Empty(_tree.Approvals);
        Assert.Equal("run_command approved by user:u", _lines[^1]);
    }

    [Fact]
    public void A_failed_call_is_named_although_its_turn_is_over()
    {
        Start(Root);
        Happens(Root, new RunEvent.TurnFinished(new("", [new("c1", "read_file", "{}")], StopReason.ToolCalls, default, "m")));
        Happens(Root, new RunEvent.CallFinished("c1", ToolResult.Failed("no such file"), TimeSpan.Zero));
        Assert.Equal(["read_file failed: no such file"], _lines);
    }

    [Fact]
    public void Json_carries_run_position_and_the_event_as_the_journal_has_it()
    {
        using var output = new StringWriter();
        new JsonLines(output).Write(new FeedItem.Fact(Root, 3, new RunEvent.Paused("later") { At = DateTimeOffset.UnixEpoch }));
        Assert.Equal("""{"run":"r","seq":3,"event":{"type":"run.paused","reason":"later","at":"1970-01-01T00:00:00+00:00"}}""" + "\n", output.ToString());
    }

    private void Start(RunId run, bool goal = false)
    {
        var agent = new AgentSpec("worker", "m", "", []);
        Happens(run, new RunEvent.Started(new(agent, Owner.Local) { Goal = goal ? new("g", agent, agent) : null }, [new Message.User("g")]));
    }

    private void Ends(RunId parent, string key) =>
        Happens(parent, new RunEvent.ChildFinished(key, new(RunStatus.Completed, ""), Spending.None, "", []));

    private void Happens(RunId run, RunEvent @event)
    {
        var seq = _positions.GetValueOrDefault(run);
        _positions[run] = seq + 1;
        var fact = new FeedItem.Fact(run, seq, @event);
        _tree.Apply(fact);
        if (PlainProgress.Line(_tree, fact) is { } line) _lines.Add(line);
    }
}
