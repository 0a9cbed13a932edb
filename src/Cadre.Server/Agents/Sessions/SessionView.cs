using System.Collections.Immutable;
using Cadre.Engine.Runs;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Hosting;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>A session as its callers see it: the record, and what its newest run says.</summary>
internal sealed class SessionView(ServerContext context)
{
    public const string Idle = "idle";
    public const string InProgress = "in_progress";
    public const string RequiresAction = "requires_action";
    private const double CentsPerDollar = 100;

    public async ValueTask<SessionObject> ShowAsync(SessionRecord session, CancellationToken cancellationToken)
    {
        var newest = await context.Store.ListRunsAsync(Scope.Everything, new() { Thread = session.Id, Limit = 1 }, cancellationToken);
        return await ShowAsync(session, newest is [var entry] ? await context.Runs.LoadAsync(Scope.Everything, entry.Run, cancellationToken) : null, null, cancellationToken);
    }

    /// <param name="newest">The newest run of the session's thread; null when there is none.</param>
    /// <param name="status">Null: as it is now.</param>
    public async ValueTask<SessionObject> ShowAsync(SessionRecord session, RunTimeline? newest, string? status, CancellationToken cancellationToken)
    {
        var spent = newest is null ? default : await SessionSpending.OfAsync(context, session.Id, newest, cancellationToken);
        return new()
        {
            Id = AgentPrefix.Session + session.Id,
            Agent = AgentForm.ShowInSession(session.Agent),
            CreatedAt = AgentCall.Seconds(session.CreatedAt),
            LastActiveAt = AgentCall.Seconds(newest?.State.LastAt ?? session.CreatedAt),
            Environment = Environment(session),
            Metadata = session.Metadata ?? ImmutableDictionary<string, string>.Empty,
            RequiredActions = newest is null ? [] : Required(newest),
            Status = status ?? Status(newest),
            Usage = newest is null ? null : SessionSpending.Show(spent.Tokens),
            VaultIds = session.Vaults is { } vaults ? vaults : [],
            Review = session.Review,
            SpendControl = session.SpendLimit is { } limit ? new((double)spent.Money * CentsPerDollar, limit) : null,
        };
    }

    /// <summary>Calls that wait for their caller.</summary>
    public static IReadOnlyList<RequiredCall> Required(RunTimeline run) =>
        run.State.HasEnded ? [] :
        [
            .. run.State.Calls.Where(call => call.Phase == CallPhase.AtClient)
                .Select(call => new RequiredCall(call.Request.CallId, AgentPrefix.Turn + run.Run, call.Request.Tool, ItemView.Arguments(call.Request.Arguments))),
        ];

    private static string Status(RunTimeline? newest) => newest?.Phase switch
    {
        null or RunPhase.Ended => Idle,
        RunPhase.AwaitingCaller => RequiresAction,
        _ => InProgress,
    };

    private static SessionEnvironment Environment(SessionRecord session) => session.EnvironmentId is not { } id ? new("none") : new("self_hosted")
    {
        Id = Environments.EnvironmentTools.Prefix + id,
        CapabilityDirectories = [],
        RemoteUrl = "",
        WorkspaceDirectory = session.Workspace ?? "",
    };
}
