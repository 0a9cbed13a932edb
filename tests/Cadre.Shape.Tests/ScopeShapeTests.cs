namespace Cadre.Shape.Tests;

/// <summary>
/// Every read and change in the store takes a scope, so a query that forgets its caller does not compile. What is left to watch is the scope that leaves nobody out.
/// </summary>
public sealed class A_scope_of_everything
{
    /// <summary>Who may use it: the server's own work, which no request names, and reads of what hangs on something that the caller's own scope has given before.</summary>
    private static readonly string[] Users =
    [
        // The server's own work: what it takes up at its start, sweeps, delivers and watches.
        "Agents/Automations/AutomationRunner.cs", "Agents/Sessions/SessionQueue.cs", "Assistants/RunExpiry.cs", "Audit/WatchedStore.cs", "ChatCompletions/AnsweredRuns.cs",
        "Events/EventedStore.cs", "Files/UnusedContents.cs", "Files/VectorStores/VectorStoreRecords.cs", "Hosting/EngineRoom.cs", "McpEndpoints/EndpointStore.cs",
        "Responses/Streaming/ResponseStreams.cs", "Webhooks/WebhookDispatcher.cs", "Webhooks/WebhookRegistry.cs",

        // Secrets that say by themselves whose they are, found by their hash; what only the first organisation's administrators see.
        "ChatKit/ChatCaller.cs", "ChatKit/ChatUploads.cs", "DebugEvents/DebugEventLog.cs", "Identity/ApiKeys.cs", "McpEndpoints/PendingSignIns.cs",

        // The runs, inputs and records of a thread, a session or a run that the caller's scope has given.
        "Agents/Sessions/EventOperations.cs", "Agents/Sessions/SessionSpending.cs", "Agents/Sessions/SessionStream.cs", "Agents/Sessions/SessionView.cs", "Chat/OpenTurn.cs",
        "ChatKit/ChatReplies.cs", "Platform/FoundRuns.cs", "Responses/Streaming/ResponseLog.cs", "Runs/ServedRuns.cs", "Sessions/AgentSessions.cs", "Sessions/ReplyAnswer.cs",
    ];

    [Fact]
    public void Is_used_only_where_it_is_known() => Assert.Equal(
        Users.Order(StringComparer.Ordinal),
        Repository.Sources("src/Cadre.Server")
            .Where(file => file.Code.Any(line => line.Code.Contains("Scope.Everything", StringComparison.Ordinal)))
            .Select(file => file.Path["src/Cadre.Server/".Length..])
            .Order(StringComparer.Ordinal));
}
