using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Budgets;
using Cadre.Engine.Goals;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Cadre.Storage.Tests;

internal static class Samples
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private static int _runs;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static RunId NewRun() => RunId.New(At.AddMilliseconds(Interlocked.Increment(ref _runs)), [1, 2, 3, 4, 5, 6]);

    public static RunEvent Said(string text) => new RunEvent.MessageAdded(new Message.User(text)) { At = At };

    public static RunEvent[] Saying(int count, string prefix = "message") => [.. Enumerable.Range(0, count).Select(i => Said($"{prefix} {i}"))];

    public static string Text(RunEvent @event) => ((RunEvent.MessageAdded)@event).Message.PlainText;

    /// <summary>The journal's own form, to compare events that hold lists.</summary>
    public static string Json(RunEvent @event) => JsonSerializer.Serialize(@event, RunJson.Default.RunEvent);

    /// <summary>One event of each kind, with awkward characters in it.</summary>
    public static ImmutableArray<RunEvent> OfEveryKind()
    {
        var failure = new ModelFailure(ModelFailureKind.Overloaded, "503 \"busy\"\r\n", 503, TimeSpan.FromSeconds(2));
        var json = JsonDocument.Parse("{ \"a\": [1, 2,\n {\"b\": \"line\\nbreak\"}], \"ü\": null }").RootElement;
        var usage = new Usage(10, 20, 3, 4);
        ImmutableArray<RunEvent> events =
        [
            new RunEvent.Started(
                new RunDefinition(new AgentSpec("worker", "m", "Be \u0000 \u001b[31m kind\u2028.", ["a*"]), Owner.Local)
                {
                    Goal = new GoalSpec("goal", new AgentSpec("p", "m", "", []), new AgentSpec("r", "m", "", [])),
                    Output = new OutputSchema("o", json),
                    Metadata = ImmutableDictionary<string, string>.Empty.Add("k", "v"),
                },
                [new Message.User([new Content.Text("häll😀\u2029o"), new Content.Image("data:,x"), new Content.File("f1")])]),
            new RunEvent.Resumed("driver-1"),
            new RunEvent.Paused("no model", failure),
            new RunEvent.CancelRequested("user:1", "enough\tof it"),
            new RunEvent.BudgetRaised("user:1", new Budget(1000, 1.5m, 3, TimeSpan.FromMinutes(5))),
            new RunEvent.MessageAdded(new Message.Developer("be brief")),
            new RunEvent.MessageAdded(new Message.Assistant("text", [new ToolRequest("c1", "t", "{not json\n")], json)),
            new RunEvent.MessageAdded(new Message.ToolOutput("c1", new string('x', 300))),
            new RunEvent.TurnFinished(new ModelReply("answer", [], StopReason.Finished, usage, "m", "resp_1", 0.01m, json)),
            new RunEvent.HistoryCompacted("summary", 4, usage, null),
            new RunEvent.ApprovalAsked("c1", "abc", ApprovalReason.InDoubt, "rule", "because"),
            new RunEvent.ApprovalGiven("c1", "abc", true, "user:1", "fine"),
            new RunEvent.CallStarted("c1", "key", 1, Effect.Unsafe, new Provenance("builtin", "1", "00"), "rule", "ff"),
            new RunEvent.CallFinished("c1", ToolResult.Ok("done", json), TimeSpan.FromMilliseconds(3)),
            new RunEvent.ChildStarted("s1", Budget.Unlimited),
            new RunEvent.ChildFinished("s1", new RunOutcome(RunStatus.Completed, "ok"), Spending.None, "evidence", ["c1"]),
            new RunEvent.PlanMade(new Plan(1, [new PlanStep("a", "A", "do", [], ["it is done"])])),
            new RunEvent.StepReviewed("a", 1, new Review(ReviewVerdict.Accept, "good")),
            new RunEvent.Ended(new RunOutcome(RunStatus.Failed, "", "why", failure)),
        ];
        return [.. events.Select(@event => @event with { At = At })];
    }
}
