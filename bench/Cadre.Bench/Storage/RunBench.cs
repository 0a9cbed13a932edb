using System.Diagnostics;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Cadre.Storage.Sqlite;

namespace Cadre.Bench.Storage;

/// <summary>The storage's part of a whole run on a server: what it commits and reads from the message to the answer, with one tool call.</summary>
internal static class RunBench
{
    private static readonly Owner Owner = new("org", "user");
    private static readonly AgentSpec Agent = new("assistant", "model", new string('i', 300), ["search"]);
    private static readonly byte[] Item = [.. "{\"type\":\"message\",\"text\":\""u8, .. Enumerable.Repeat((byte)'x', 300), .. "\"}"u8];

    /// <summary>Commits of a run, reads of it between.</summary>
    public static async Task RunAsync(SqliteStore store, int number, int count)
    {
        var thread = $"thread-{number}-{count}";
        var run = RunId.New(DateTimeOffset.UnixEpoch.AddSeconds(count), [(byte)(number >> 8), (byte)number, (byte)count, (byte)(count >> 8), (byte)(count >> 16), 1]);
        await CommitAsync(store, new Change.Create(new("thread", thread, Owner, Item)), new Change.Create(Of(thread, "question")));
        var definition = new RunDefinition(Agent, Owner) { Thread = thread, Face = "assistants" };
        await CommitAsync(store, new Change.RequireIdle(thread), new Change.Append(run, 0, [new RunEvent.Started(definition, [new Message.User(new string('q', 200))])]));
        await ReadAsync(store, run, 1);
        var asked = new ModelReply("", [new ToolRequest("call", "search", "{\"query\":\"words\"}")], StopReason.ToolCalls, new Usage(100, 20), "model");
        await CommitAsync(
            store,
            new Change.Append(run, 1, [new RunEvent.TurnFinished(asked), new RunEvent.CallStarted("call", "key", 1, Effect.Read, new Provenance("builtin", "1", "00"), "rule", "ff")]),
            new Change.Put(Of(thread, "call")));
        await CommitAsync(store, new Change.Append(run, 3, [new RunEvent.CallFinished("call", ToolResult.Ok(new string('r', 300)), TimeSpan.FromMilliseconds(1))]), new Change.Put(Of(thread, "result")));
        var answered = new ModelReply(new string('a', 300), [], StopReason.Finished, new Usage(200, 80), "model");
        await CommitAsync(
            store,
            new Change.Append(run, 4, [new RunEvent.TurnFinished(answered), new RunEvent.Ended(new RunOutcome(RunStatus.Completed, answered.Text))]),
            new Change.Put(Of(thread, "answer")));
        await ReadAsync(store, run, 6);
    }

    private static Document Of(string thread, string name) => new("item", $"{thread}-{name}", Owner, Item) { Parent = thread };

    private static async Task CommitAsync(SqliteStore store, params Change[] changes)
    {
        if (!(await store.CommitAsync(changes, CancellationToken.None)).Won) throw new UnreachableException();
    }

    private static async Task ReadAsync(SqliteStore store, RunId run, int events)
    {
        var state = new RunState(run);
        await foreach (var @event in store.Journal.ReadAsync(run, 0, CancellationToken.None)) state = RunFold.Apply(state, @event);
        if (state.Version != events) throw new UnreachableException();
    }
}
