using System.Text.Json;
using Cadre.Engine.Budgets;
using Cadre.Engine.Goals;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Tests;

/// <summary>One of every kind of event, with every field set: folds and the journal's form are held to them.</summary>
internal static class Specimens
{
    private static readonly AgentSpec Agent = new("worker", "model", "Work.", ["*"])
    {
        MaxTurns = 7,
        ContextTokens = 9_000,
        MaxOutputTokens = 500,
        Temperature = 0.5,
        TopP = 0.9,
        ReasoningEffort = "low",
        ToolChoice = new(ToolChoiceMode.Named, "look"),
        ParallelToolCalls = false,
        CompactionModel = "small",
    };

    private static readonly Provenance Provenance = new("builtin", "1", "abc");

    public static IReadOnlyList<RunEvent> Events { get; } =
    [
        new RunEvent.Started(new(Agent, new("org", "user"))
        {
            Goal = new("goal", Agent, Agent, "surroundings", "standing") { Attempts = 2, Plans = 4, Parallel = 5 },
            Budget = new(1_000, 1.5m, 20, TimeSpan.FromMinutes(3)),
            Approvals = ApprovalMode.Auto,
            Output = new("shape", Json("""{"type":"object"}"""), false),
            OnOutage = OutagePolicy.Fail,
            OnDoubt = DoubtPolicy.AskPerson,
            Doubts = ["d1"],
            Metadata = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("k", "v"),
        }, [new Message.User([new Content.Text("hi"), new Content.Image("data:,", "low"), new Content.File("f", "n")])]),
        new RunEvent.Resumed("driver"),
        new RunEvent.Paused("outage", new(ModelFailureKind.RateLimited, "slow down", 429, TimeSpan.FromSeconds(2))),
        new RunEvent.CancelRequested("user:u", "enough"),
        new RunEvent.BudgetRaised("user:u", new(5)),
        new RunEvent.MessageAdded(new Message.Developer("note")),
        new RunEvent.TurnFinished(new("text", [new("c1", "look", "{}")], StopReason.ToolCalls, new(1, 2, 3, 4), "model", "resp", 0.25m, Json("[1]"))),
        new RunEvent.HistoryCompacted("summary", 3, new(5, 6), 0.5m),
        new RunEvent.ApprovalAsked("c1", "hash", ApprovalReason.RepeatOfDoubt, "rule", "because"),
        new RunEvent.ApprovalGiven("c1", "hash", true, "user:u", "fine"),
        new RunEvent.CallStarted("c1", "key", 1, Effect.Unsafe, Provenance, "rule", "policy"),
        new RunEvent.CallFinished("c1", new(ToolStatus.InDoubt, "output", Json("""{"a":1}""")), TimeSpan.FromSeconds(1)),
        new RunEvent.ChildStarted("s1", new(10, 0.1m, 2, TimeSpan.FromSeconds(5))),
        new RunEvent.ChildFinished("s1", new(RunStatus.Failed, "out", "reason", new(ModelFailureKind.Cut, "cut")), new(new(1, 2), 0.3m, 1, 2, 3, TimeSpan.FromSeconds(4)), "evidence", ["d2"]),
        new RunEvent.PlanMade(new(1, [new("a", "A", "do", [], ["ok"]), new("b", "B", "do", ["a"], [])], "notes")),
        new RunEvent.StepReviewed("a", 1, new(ReviewVerdict.Retry, "again")),
        new RunEvent.Ended(new(RunStatus.Incomplete, "out", "budget", new(ModelFailureKind.TimedOut, "late"))),
        new RunEvent.TurnFinished(new("text so f", [], StopReason.Cancelled, new(1, 2), "model")),
    ];

    public static RunEvent RoundTrip(RunEvent @event) => JsonSerializer.Deserialize(Text(@event), RunJson.Default.RunEvent)!;

    public static string Text(RunEvent @event) => JsonSerializer.Serialize(@event, RunJson.Default.RunEvent);

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;
}
