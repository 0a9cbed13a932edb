using Cadre.Engine.Runs;
using Cadre.Server.Definitions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Assistants;

/// <summary>Starts runs: of a thread that is there, or together with their thread.</summary>
internal sealed class RunStarter(ServerContext context, AssistantOperations assistants, ThreadOperations threads)
{
    private const int Tries = 16;

    /// <summary>A run of a thread; its additional messages are added in the same transaction.</summary>
    public async ValueTask<RunTimeline> StartAsync(Caller caller, string threadId, Fields body, CancellationToken cancellationToken)
    {
        var agent = await AgentAsync(caller, body, cancellationToken);
        var thread = await threads.FindAsync(caller.Scope, threadId, cancellationToken);
        var added = MessageForm.ReadAll(body, "additional_messages", context.Time.GetUtcNow());
        if (added.Count > 0) thread = await threads.TakeFilesAsync(caller, thread, added, cancellationToken);
        var resources = await ToolResources.ReadAsync(context, caller.Owner, body, cancellationToken);
        var definition = RunForm.Read(body, agent, thread, caller.Owner, resources);
        Change[] before = [.. added.Select(item => new Change.Create(ThreadStore.Document(item, threadId, caller.Owner)))];
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var items = new List<ThreadItem>();
            await foreach (var item in context.Threads.ReadAsync(caller.Scope, threadId, cancellationToken)) items.Add(item);
            var end = new ThreadEnd(caller.Scope, items.LastOrDefault()?.Id);
            items.AddRange(added);
            var order = Order(definition, body, items) with { Before = before, End = end };
            switch (await context.Runs.StartAsync(order, cancellationToken))
            {
                case RunStart.Started:
                    return Begun(order);
                case RunStart.ThreadBusy busy:
                    throw ApiException.BadRequest($"Thread {AssistantIds.Thread}{threadId} already has an active run {AssistantIds.Run}{busy.Active}.");
            }
        }

        throw ApiException.Conflict($"Runs of {AssistantIds.Thread}{threadId} begin and end all the time; try again.");
    }

    /// <summary>A new thread and its run, in one transaction.</summary>
    public async ValueTask<(ConversationThread Thread, RunTimeline Timeline)> StartAsync(Caller caller, Fields body, CancellationToken cancellationToken)
    {
        var agent = await AgentAsync(caller, body, cancellationToken);
        var (thread, messages) = await threads.NewAsync(caller, body.Object("thread") ?? new Fields(JsonValues.EmptyObject, "thread"), cancellationToken);
        var resources = await ToolResources.ReadAsync(context, caller.Owner, body, cancellationToken);
        var order = Order(RunForm.Read(body, agent, thread, caller.Owner, resources), body, [.. messages]) with { Before = ThreadForm.Changes(thread, messages, caller.Owner) };
        return await context.Runs.StartAsync(order, cancellationToken) is RunStart.Started
            ? (thread, Begun(order))
            : throw ApiException.Conflict("The thread cannot be created now; try again.");
    }

    private async ValueTask<AgentDefinition> AgentAsync(Caller caller, Fields body, CancellationToken cancellationToken)
    {
        var id = AssistantIds.Bare(AssistantIds.Assistant, body.RequiredText("assistant_id"), "assistant_id", AssistantIds.NoAssistant);
        return await assistants.FindAsync(caller.Scope, id, cancellationToken);
    }

    private RunOrder Order(RunDefinition definition, Fields body, List<ThreadItem> items) =>
        new(context.Ids.NewRun(), definition, ThreadHistory.Messages(Truncation.Cut(items, Truncation.Read(body), definition.Budget.InputTokens)));

    /// <summary>The run as it is at its start, without reading it back.</summary>
    private RunTimeline Begun(RunOrder order)
    {
        var timeline = new RunTimeline(order.Run);
        timeline.Add(new RunEvent.Started(order.Definition, order.Input) { At = context.Time.GetUtcNow() });
        return timeline;
    }
}
