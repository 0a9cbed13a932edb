using System.Collections.Immutable;
using Cadre.Engine.Budgets;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Agents.Environments;
using Cadre.Server.Definitions;
using Cadre.Server.HostedTools;
using Cadre.Server.Hosting;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>Starts an agent on a thread.</summary>
internal sealed class SessionRuns(ServerContext context)
{
    /// <summary>Kind of the documents that list an agent's runs; they lie in the agent, and their ids are those of the runs.</summary>
    public const string RunKind = "agent_run";

    /// <summary>How often a thread is read anew that goes on all the time.</summary>
    private const int Tries = 16;

    /// <summary>A session's agent, with what the session has left to spend.</summary>
    /// <param name="run">Given beforehand, so that a caller knows it.</param>
    /// <param name="complete">What the run answers and how; asked anew when others were faster.</param>
    public ValueTask<RunStart> StartAsync(RunId run, SessionRecord session, Owner owner, Func<AgentOrder, AgentOrder> complete, CancellationToken cancellationToken) =>
        StartAsync(session.Id, async () => complete(await OrderAsync(run, session, owner, cancellationToken)), cancellationToken);

    public ValueTask<RunStart> StartAsync(AgentOrder order, CancellationToken cancellationToken) => StartAsync(order.Thread, () => ValueTask.FromResult(order), cancellationToken);

    /// <summary>The run is shown all that was said before it: what others say between the reading and the start is read as well.</summary>
    private async ValueTask<RunStart> StartAsync(string thread, Func<ValueTask<AgentOrder>> order, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var started = await TryStartAsync(await order(), cancellationToken);
            if (started is not RunStart.ThreadChanged || tries == Tries) return started;
            if (await context.Runs.ActiveAsync(thread, cancellationToken) is { } active) return new RunStart.ThreadBusy(active.Run);
        }
    }

    private async ValueTask<AgentOrder> OrderAsync(RunId run, SessionRecord session, Owner owner, CancellationToken cancellationToken)
    {
        var spent = await SessionSpending.OfAsync(context, session.Id, null, cancellationToken);
        var metadata = ImmutableDictionary<string, string>.Empty.SetItem(SessionSpending.Key, spent.ToString());
        var budget = session.SpendLimit is { } cents ? new Budget(Money: Math.Max(0, (decimal)cents / 100 - spent.Money)) : Budget.Unlimited;
        return new(run, session.Agent, owner, session.Id) { Metadata = metadata, Budget = budget, IsListed = session.Inline != true, Environment = session.EnvironmentId };
    }

    private async ValueTask<RunStart> TryStartAsync(AgentOrder order, CancellationToken cancellationToken)
    {
        var scope = Scope.Of(order.Owner);
        var items = new List<ThreadItem>();
        var dropped = new List<Change>();
        var kept = true;
        string? newest = null;
        await foreach (var item in context.Threads.ReadAsync(scope, order.Thread, cancellationToken))
        {
            if (kept) items.Add(item);
            else dropped.Add(new Change.Delete(scope, ThreadStore.ItemKind, item.Id));
            kept &= item.Id != order.Until;
            newest = item.Id;
        }

        var given = order.Given.Select(item => ItemView.Given(item, order.Run)).ToArray();
        items.AddRange(given);
        var definition = Definition(order);
        var listed = new Document(RunKind, order.Run.ToString(), order.Owner, "{}"u8.ToArray()) { Parent = order.Agent.Id, CreatedAt = context.Time.GetUtcNow() };
        return await context.Runs.StartAsync(new(order.Run, definition, ThreadHistory.Messages(items))
        {
            Before = [.. order.Before, .. dropped, .. given.Select(item => new Change.Create(ThreadStore.Document(item, order.Thread, order.Owner)))],
            End = new(scope, newest),
            After = order.IsListed ? [new Change.Create(listed)] : [],
        }, cancellationToken);
    }

    private static RunDefinition Definition(AgentOrder order)
    {
        var agent = order.Agent;
        var tools = AgentTools.ForRun(agent.Tools);
        var metadata = order.Metadata;
        if (tools.Hosted is { } hosted) metadata = metadata.SetItem(HostedToolSettings.Tools, hosted);
        if (agent.ToolResources is { } resources) metadata = metadata.SetItem(HostedToolSettings.Resources, resources.GetRawText());
        if (order.Environment is { } environment) metadata = metadata.SetItem(EnvironmentTools.Key, environment);
        var spec = new AgentSpec(agent.Id, agent.Model, agent.Instructions ?? "", order.Environment is null ? tools.Names : [.. tools.Names, .. EnvironmentTools.Names])
        {
            Temperature = agent.Temperature,
            TopP = agent.TopP,
            ReasoningEffort = agent.ReasoningEffort is "none" ? null : agent.ReasoningEffort,
        };
        return new(spec, order.Owner)
        {
            Functions = tools.Functions.IsEmpty ? null : tools.Functions,
            Output = AgentForm.Output(agent),
            Thread = order.Thread,
            Face = order.Face,
            Budget = order.Budget,
            OnOutage = OutagePolicy.Fail,
            // What works in an environment is confined to it by the sandbox, and nobody is there to be asked; what a policy denies stays denied.
            Approvals = order.Environment is not null ? ApprovalMode.Auto : order.MayAsk ? ApprovalMode.Ask : ApprovalMode.Never,
            Metadata = metadata,
        };
    }
}

/// <summary>An agent to be started on a thread.</summary>
internal sealed record AgentOrder(RunId Run, AgentDefinition Agent, Owner Owner, string Thread)
{
    public ImmutableArray<ThreadItem> Given { get; init; } = [];
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;
    public Budget Budget { get; init; } = Budget.Unlimited;
    public IReadOnlyList<Change> Before { get; init; } = [];
    public string Face { get; init; } = AgentExtra.Face;

    /// <summary>Id of the environment whose tools it is offered.</summary>
    public string? Environment { get; init; }

    /// <summary>Somebody can be asked for an approval: the run waits for it.</summary>
    public bool MayAsk { get; init; }

    /// <summary>Whether it is among the agent's runs.</summary>
    public bool IsListed { get; init; } = true;

    /// <summary>The thread's last item that counts: what follows it is removed. Null: all count.</summary>
    public string? Until { get; init; }
}
