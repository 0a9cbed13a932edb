using System.Collections.Immutable;
using Cadre.Engine.Policies;
using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Chat.Turns;

/// <summary>Starts the run that answers a message, in the transaction that records the message.</summary>
internal sealed class TurnStarter(ServerContext context)
{
    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(1);

    /// <param name="subscribe">Is told of the run before it starts.</param>
    /// <exception cref="ApiException">404: no such conversation of the caller's; 409: it is being answered.</exception>
    public async ValueTask<Turn> StartAsync(Caller caller, TurnRequest request, Action<RunTimeline> subscribe, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var said = new ThreadItem(Ids.New(), new ItemBody.Said(Speaker.User, [new Part.Text(request.Message)])) { CreatedAt = now };
        var (thread, before) = request.Thread is { } known ? (known, (Change[])[]) : Begin(caller, request.Message, now);
        List<ThreadItem> items = [];
        if (request.Thread is not null)
        {
            if (await context.Threads.GetAsync(caller.Own, thread, cancellationToken) is not { Face: ChatIds.Face }) throw ChatIds.NoConversation(ChatIds.OfConversation(thread));
            await foreach (var item in context.Threads.ReadAsync(caller.Own, thread, cancellationToken)) items.Add(item);
        }

        items.Add(said);
        var run = context.Ids.NewRun();
        subscribe(new(run));
        var order = new RunOrder(run, Define(caller, thread), ThreadHistory.Messages(items))
        {
            Before = [.. before, new Change.Create(ThreadStore.Document(said, thread, caller.Owner))],
        };
        return await context.Runs.StartAsync(order, cancellationToken) switch
        {
            RunStart.Started => new(thread, run, said.Id),
            _ => throw new ApiException(409, "The conversation is being answered; wait for the answer, or stop it.") { Code = "conversation_busy", RetryAfter = BusyFor },
        };
    }

    private static (string Thread, Change[] Before) Begin(Caller caller, string message, DateTimeOffset now)
    {
        var thread = new ConversationThread(Ids.New()) { CreatedAt = now, Face = ChatIds.Face, Title = ChatTitle.Of(message) };
        return (thread.Id, [new Change.Create(ThreadStore.Document(thread, caller.Owner))]);
    }

    private RunDefinition Define(Caller caller, string thread)
    {
        var settings = new ChatSettings(context.Parts.ChatModel);
        return new(new(ChatIds.Face, settings.Model, settings.Instructions, Offered(settings.Tools, caller)) { MaxTurns = settings.MaxTurns }, caller.Owner)
        {
            Budget = settings.Budget,
            Approvals = ApprovalMode.Ask,
            OnOutage = OutagePolicy.Fail,
            Thread = thread,
            Face = ChatIds.Face,
        };
    }

    /// <summary>A token that was granted less than everything is offered the platform tools that its grants allow, and nothing from elsewhere.</summary>
    private ImmutableArray<string> Offered(ImmutableArray<string> patterns, Caller caller) => caller.Grants is null
        ? patterns
        : [.. context.Platform.All.Where(tool => caller.Has(tool.Grant) && Names(patterns, tool.Descriptor.Name)).Select(tool => tool.Descriptor.Name)];

    private static bool Names(ImmutableArray<string> patterns, string tool) => patterns.Any(pattern => Glob.TryParse(pattern, out var glob, out _) && glob.Matches(tool));
}

/// <summary>A message and the run that answers it.</summary>
/// <param name="Thread">Without prefix.</param>
/// <param name="Said">Id of the message's item.</param>
internal sealed record Turn(string Thread, RunId Run, string Said);
