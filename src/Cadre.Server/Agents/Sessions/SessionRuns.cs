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

    /// <param name="run">Given beforehand, so that a caller knows it.</param>
    /// <param name="given">New items of the thread that the run answers; recorded with its start.</param>
    /// <param name="also">Further changes of the same transaction, made before the start.</param>
    public async ValueTask<RunStart> StartAsync(RunId run, SessionRecord session, Owner owner, ImmutableArray<ThreadItem> given, IReadOnlyList<Change> also, CancellationToken cancellationToken) =>
        await StartAsync(await OrderAsync(run, session, owner, cancellationToken) with { Given = given, Before = also }, cancellationToken);

    /// <summary>A session's agent, to be started with what the session has left to spend.</summary>
    public async ValueTask<AgentOrder> OrderAsync(RunId run, SessionRecord session, Owner owner, CancellationToken cancellationToken)
    {
        var spent = await SessionSpending.OfAsync(context, session.Id, null, cancellationToken);
        var metadata = ImmutableDictionary<string, string>.Empty.SetItem(SessionSpending.Key, spent.ToString());
        var budget = session.SpendLimit is { } cents ? new Budget(Money: Math.Max(0, (decimal)cents / 100 - spent.Money)) : Budget.Unlimited;
        return new(run, session.Agent, owner, session.Id) { Metadata = metadata, Budget = budget, IsListed = session.Inline != true, Environment = session.EnvironmentId };
    }

    public async ValueTask<RunStart> StartAsync(AgentOrder order, CancellationToken cancellationToken)
    {
        var scope = Scope.Of(order.Owner);
        var items = new List<ThreadItem>();
        var dropped = new List<Change>();
        var kept = true;
        await foreach (var item in context.Threads.ReadAsync(scope, order.Thread, cancellationToken))
        {
            if (kept) items.Add(item);
            else dropped.Add(new Change.Delete(scope, ThreadStore.ItemKind, item.Id));
            kept &= item.Id != order.Until;
        }

        var given = order.Given.Select(item => ItemView.Given(item, order.Run)).ToArray();
        items.AddRange(given);
        var definition = Definition(order);
        var listed = new Document(RunKind, order.Run.ToString(), order.Owner, "{}"u8.ToArray()) { Parent = order.Agent.Id, CreatedAt = context.Time.GetUtcNow() };
        return await context.Runs.StartAsync(new(order.Run, definition, ThreadHistory.Messages(items))
        {
            Before = [.. order.Before, .. dropped, .. given.Select(item => new Change.Create(ThreadStore.Document(item, order.Thread, order.Owner)))],
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
