using System.Collections.Immutable;
using Cadre.Engine.Models;
using Cadre.Engine.Policies;
using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Chat.Turns;

/// <summary>Starts the run that answers a message, in the transaction that records the message.</summary>
internal sealed class TurnStarter(ServerContext context)
{
    /// <summary>How often a conversation is read anew when something is added to it meanwhile.</summary>
    private const int Tries = 8;

    /// <summary>Told to the model where the last reply of a conversation goes on; the conversation does not keep it.</summary>
    private const string GoOn = "Your last reply was cut off. Go on where it ended, without repeating what was said or done.";

    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(1);

    /// <exception cref="ApiException">404: no such conversation of the caller's; 409: it is being answered; 429: the day's budget is spent.</exception>
    public async ValueTask<Turn> StartAsync(Caller caller, TurnRequest request, RunId run, CancellationToken cancellationToken)
    {
        if (context.Chat.Current.Daily is { } daily) await daily.CheckAsync(context, caller, cancellationToken);
        var now = context.Time.GetUtcNow();
        var said = new ThreadItem(Ids.New(), new ItemBody.Said(Speaker.User, [new Part.Text(request.Message)])) { CreatedAt = now };
        if (request.Thread is { } known) return await ContinueAsync(caller, known, said, run, cancellationToken);
        var thread = new ConversationThread(Ids.New()) { CreatedAt = now, UpdatedAt = now, Face = ChatIds.Face, Title = ChatTitle.Of(request.Message) };
        var order = new RunOrder(run, Define(caller, thread.Id), ThreadHistory.Messages([said]))
        {
            Before = [new Change.Create(ThreadStore.Document(thread, caller.Owner)), Added(said, thread.Id, caller)],
        };
        return await context.Runs.StartAsync(order, cancellationToken) is RunStart.Started ? new(thread.Id, run, said.Id) : throw Busy();
    }

    /// <summary>Lets the last answer go on, in a run of its own.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public async ValueTask<Turn> GoOnAsync(Caller caller, string thread, RunId run, CancellationToken cancellationToken)
    {
        if (context.Chat.Current.Daily is { } daily) await daily.CheckAsync(context, caller, cancellationToken);
        return await ContinueAsync(caller, thread, null, run, cancellationToken);
    }

    /// <param name="said">Null: the last answer goes on.</param>
    private async ValueTask<Turn> ContinueAsync(Caller caller, string id, ThreadItem? said, RunId run, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var (thread, version) = await ChatThreads.FindAsync(context, caller, id, cancellationToken);
            List<ThreadItem> items = [];
            await foreach (var item in context.Threads.ReadAsync(caller.Own, id, cancellationToken)) items.Add(item);
            var end = new ThreadEnd(caller.Own, items is [.., var last] ? last.Id : null);
            if (said is not null) items.Add(said);
            var input = ThreadHistory.Messages(items);
            if (said is null && input is [.., Message.Assistant]) input = input.Add(new Message.Developer(GoOn));
            var updated = new Change.Replace(ThreadStore.Document(thread with { UpdatedAt = context.Time.GetUtcNow() }, caller.Owner), version);
            var order = new RunOrder(run, Define(caller, id), input) { End = end, Before = said is null ? [updated] : [updated, Added(said, id, caller)] };
            switch (await context.Runs.StartAsync(order, cancellationToken))
            {
                case RunStart.Started:
                    return new(id, run, said?.Id);
                case RunStart.ThreadBusy(var active):
                    throw await BusyAsync(caller, active, cancellationToken);
            }
        }

        throw Busy();
    }

    private async ValueTask<ApiException> BusyAsync(Caller caller, RunId active, CancellationToken cancellationToken) =>
        (await context.Runs.LoadAsync(caller.Own, active, cancellationToken))?.Phase switch
        {
            RunPhase.AwaitingApproval => ApiException.Conflict("The last answer waits for your approval: approve or deny what it asks, or cancel it.", "approval_pending"),
            RunPhase.Paused => ApiException.Conflict("The last answer was interrupted: resume or cancel it.", "conversation_interrupted"),
            _ => Busy(),
        };

    private static ApiException Busy() => new(StatusCodes.Status409Conflict, "The conversation is being answered: wait for the answer, or cancel it.")
    {
        Code = "conversation_busy",
        RetryAfter = BusyFor,
    };

    private static Change.Create Added(ThreadItem said, string thread, Caller caller) => new(ThreadStore.Document(said, thread, caller.Owner));

    private RunDefinition Define(Caller caller, string thread)
    {
        var settings = context.Chat.Current;
        return new(new(ChatIds.Face, settings.Model, settings.Instructions, Offered(settings.Tools, caller)) { MaxTurns = settings.MaxTurns }, caller.Owner)
        {
            Budget = settings.Budget,
            Approvals = ApprovalMode.Ask,
            OnOutage = OutagePolicy.Fail,
            KeepsCutReply = true,
            Thread = thread,
            Face = ChatIds.Face,
        };
    }

    /// <summary>A token that was granted less than everything is offered the platform tools that its grants allow, and nothing from elsewhere.</summary>
    private ImmutableArray<string> Offered(ImmutableArray<string> patterns, Caller caller) => !caller.IsLimited
        ? patterns
        : [.. context.Platform.All.Where(tool => caller.Has(tool.Grant) && Names(patterns, tool.Descriptor.Name)).Select(tool => tool.Descriptor.Name)];

    private static bool Names(ImmutableArray<string> patterns, string tool) => patterns.Any(pattern => Glob.TryParse(pattern, out var glob, out _) && glob.Matches(tool));
}

/// <summary>A message and the run that answers it.</summary>
/// <param name="Thread">Without prefix.</param>
/// <param name="Said">Id of the message's item; null where an answer goes on.</param>
internal sealed record Turn(string Thread, RunId Run, string? Said);
