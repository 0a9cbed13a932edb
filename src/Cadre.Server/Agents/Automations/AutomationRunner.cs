using System.Threading.Channels;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Agents.Automations;

/// <summary>
/// Invokes automations when they are due. The time of the next invocation lies in the store: what came due while no server ran is invoked once, late. An
/// invocation is recorded before it is delivered, and delivered again after a crash in between.
/// </summary>
internal sealed partial class AutomationRunner(ServerContext context, SessionStart start, SessionQueue queue)
{
    /// <summary>Automations that one pass looks at.</summary>
    private const int MaxAutomations = 10_000;

    /// <summary>The longest time between two looks.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly ILogger _logger = context.Parts.Log.CreateLogger<AutomationRunner>();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something was scheduled otherwise: looks again.</summary>
    public void Changed() => _changes.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken stopping)
    {
        await ResumeAsync(stopping);
        while (true)
        {
            var next = await InvokeDueAsync(stopping);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var changed = _changes.Reader.WaitToReadAsync(limit.Token).AsTask();
            var wait = next - context.Time.GetUtcNow() is { } time && time < Longest ? time : Longest;
            if (wait > TimeSpan.Zero) await Task.WhenAny(changed, Task.Delay(wait, context.Time, limit.Token));
            await limit.CancelAsync();
            await ((Task)changed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopping.ThrowIfCancellationRequested();
            _changes.Reader.TryRead(out _);
        }
    }

    /// <summary>Records an invocation and delivers it.</summary>
    /// <param name="scheduledAt">Null for one that a caller asked for.</param>
    /// <returns>Null when the automation was changed meanwhile.</returns>
    public async ValueTask<Invocation?> InvokeAsync(Document document, DateTimeOffset? scheduledAt, CancellationToken cancellationToken)
    {
        var (automation, now) = (Automation.Read(document), context.Time.GetUtcNow());
        var invocation = new Invocation(Ids.New(), Invocation.Queued) { CreatedAt = now, ScheduledAt = scheduledAt };
        var changes = new List<Change> { new Change.Create(Invocation.Document(invocation, automation.Id, document.Owner)) };
        if (scheduledAt is not null)
        {
            var after = (automation.Type == Automation.Once ? automation with { Status = Automation.Completed } : automation).Scheduled(now);
            changes.Add(new Change.Replace(Automation.Document(after, document.Owner), document.Version));
        }

        return (await context.Store.CommitAsync(changes, cancellationToken)).Won ? await DeliverAsync(automation, invocation, document, cancellationToken) : null;
    }

    /// <returns>When the next one is due.</returns>
    private async ValueTask<DateTimeOffset?> InvokeDueAsync(CancellationToken stopping)
    {
        var active = new DocumentQuery(Automation.Kind) { Limit = MaxAutomations, Where = new Dictionary<string, string> { ["status"] = Automation.Active } };
        DateTimeOffset? next = null;
        foreach (var document in (await context.Store.ListAsync(Scope.Everything, active, stopping))?.Items ?? [])
        {
            var due = Automation.Read(document).NextAt;
            if (due <= context.Time.GetUtcNow())
            {
                await InvokeAsync(document, due, stopping);
                if (await context.Store.GetAsync(Scope.Everything, Automation.Kind, document.Id, stopping) is { } after) due = Automation.Read(after).NextAt;
            }

            if (due is not null && (next is null || due < next)) next = due;
        }

        return next;
    }

    private async ValueTask ResumeAsync(CancellationToken stopping)
    {
        var queued = new DocumentQuery(Invocation.Kind) { Limit = MaxAutomations, Descending = false, Where = new Dictionary<string, string> { ["status"] = Invocation.Queued } };
        foreach (var document in (await context.Store.ListAsync(Scope.Everything, queued, stopping))?.Items ?? [])
        {
            if (await context.Store.GetAsync(Scope.Everything, Automation.Kind, document.Parent!, stopping) is { } automation)
                await DeliverAsync(Automation.Read(automation), Invocation.Read(document), automation, stopping);
        }
    }

    private async ValueTask<Invocation> DeliverAsync(Automation automation, Invocation invocation, Document owner, CancellationToken cancellationToken)
    {
        try
        {
            invocation = automation.Session is { } session
                ? await ToSessionAsync(automation, invocation, session, owner, cancellationToken)
                : await ToNewSessionAsync(automation, invocation, owner, cancellationToken);
        }
        catch (ApiException refusal)
        {
            invocation = invocation with { Status = "failed", Code = refusal.Code ?? refusal.Type, Message = refusal.Message };
            NotDelivered(automation.Id, refusal.Message);
        }

        await context.Store.CommitAsync([new Change.Replace(Invocation.Document(invocation, automation.Id, owner.Owner))], cancellationToken);
        return invocation;
    }

    private async ValueTask<Invocation> ToSessionAsync(Automation automation, Invocation invocation, string id, Document owner, CancellationToken cancellationToken)
    {
        var (session, document) = await SessionRecord.GetAsync(context.Store, Scope.Of(owner.Owner), AgentPrefix.Session + id, cancellationToken);
        invocation = invocation with { Session = id };
        if ((await queue.WaitingAsync(id, cancellationToken)).Count > 0) return invocation with { Status = "skipped", SkipReason = "pending_delivery" };
        var item = new ThreadItem(Ids.New(), new ItemBody.Said(Speaker.User, [new Part.Text(new Fields(automation.Target).RequiredText("instructions"))])) { CreatedAt = context.Time.GetUtcNow() };
        await queue.GiveAsync(session, document.Owner, [item], cancellationToken);
        return invocation with { Status = "completed" };
    }

    private async ValueTask<Invocation> ToNewSessionAsync(Automation automation, Invocation invocation, Document owner, CancellationToken cancellationToken)
    {
        var scope = Scope.Of(owner.Owner);
        var target = new Fields(automation.Target);
        if (await context.Store.GetAsync(scope, SessionRecord.Kind, invocation.Id, cancellationToken) is null)
        {
            var session = await start.ReadAsync(scope, target, cancellationToken) with { Id = invocation.Id };
            await start.CreateAsync(session, owner.Owner, SessionInput.Read(target, "input", context.Time.GetUtcNow()), cancellationToken);
        }

        return invocation with { Session = invocation.Id, Status = "completed" };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Automation {Automation} could not deliver its input: {Reason}")]
    private partial void NotDelivered(string automation, string reason);
}
