using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Sessions;

/// <summary>
/// Sessions for programs that embed the server, and for the faces over HTTP and MCP. What is refused (an id that is not there, a run that is open) is an
/// <see cref="ApiException"/> with the status that HTTP answers.
/// </summary>
public sealed class AgentSessions
{
    /// <summary>Characters of a message.</summary>
    public const int MaxMessage = 1 << 20;

    /// <summary>Characters of a name that a program gives its users.</summary>
    public const int MaxUserId = 200;

    /// <summary>How often an answer that comes at the same time as others is given anew.</summary>
    private const int Tries = 8;

    private readonly ServerContext _context;
    private readonly SessionRuns _runs;

    internal AgentSessions(ServerContext context) => (_context, _runs) = (context, new(context));

    /// <summary>Makes a session and its thread.</summary>
    /// <exception cref="ApiException">404: the owner reaches no such agent. 403: a person opens sessions for itself only.</exception>
    public async ValueTask<AgentSession> CreateAsync(Owner owner, NewSession asked, CancellationToken cancellationToken)
    {
        if (owner.IsPerson && asked.UserId is { } user && user != owner.User)
            throw new ApiException(403, "A person opens sessions for itself only.") { Parameter = "user_id", Code = "not_your_user" };
        var (agent, _) = await AgentStore.GetAsync(_context.Store, Scope.Of(owner), asked.AgentId, cancellationToken);
        var record = new SessionRecord(Ids.New(), agent.Id, agent) { CreatedAt = _context.Time.GetUtcNow(), UserId = asked.UserId ?? owner.User, Metadata = asked.Metadata };
        var thread = new ConversationThread(record.Id) { CreatedAt = record.CreatedAt, Face = SessionsFace.Name, Metadata = record.Metadata };
        var document = SessionRecord.Document(record, owner);
        await _context.Store.CommitAsync([new Change.Create(ThreadStore.Document(thread, owner)), new Change.Create(document)], cancellationToken);
        return AgentSession.Of(document);
    }

    /// <exception cref="ApiException">404: the owner reaches no such session.</exception>
    public async ValueTask<AgentSession> GetAsync(Owner owner, string id, CancellationToken cancellationToken) =>
        AgentSession.Of((await SessionRecord.GetAsync(_context.Store, Scope.Of(owner), id, cancellationToken)).Document);

    /// <summary>Removes a session with its thread. A run that is open is cancelled first.</summary>
    public async ValueTask DeleteAsync(AgentSession session, string author, CancellationToken cancellationToken)
    {
        var (record, _) = await SessionRecord.GetAsync(_context.Store, Scope.Of(session.Owner), session.Id, cancellationToken);
        await ThreadRemoval.RemoveAsync(_context, Scope.Of(session.Owner), record.Id, author, cancellationToken);
        if (record.EnvironmentId is { } environment) Agents.Environments.EnvironmentTools.Remove(_context.Parts, environment);
    }

    /// <summary>
    /// Adds a message, runs the agent, serves what it asks of <paramref name="functions"/>, and returns when the run has ended or needs somebody else. The run goes on when
    /// the wait is cancelled.
    /// </summary>
    /// <param name="functions">By name; those that the agent was given and that are not here are required actions of the reply.</param>
    /// <exception cref="ApiException">404: the session is gone. 409: it has an open run.</exception>
    public async Task<SessionReply> ProcessMessageAsync(
        AgentSession session, SessionMessage message, IReadOnlyDictionary<string, SessionFunction> functions, CancellationToken cancellationToken)
    {
        var run = await StartAsync(session, message, cancellationToken);
        return await FollowAsync(run, new(functions), cancellationToken);
    }

    /// <summary>Waits for the session's newest run as <see cref="ProcessMessageAsync"/> does: after a restart, or where the wait was given up.</summary>
    /// <exception cref="ApiException">404: the session is gone, or has no run.</exception>
    public async Task<SessionReply> ContinueAsync(AgentSession session, IReadOnlyDictionary<string, SessionFunction> functions, CancellationToken cancellationToken) =>
        await FollowAsync(await NewestAsync(session, cancellationToken) ?? throw AgentErrors.NotFound("run of session", session.Id), new(functions), cancellationToken);

    /// <summary>Gives outputs of the caller's functions, by call id: all that are given, or none of them. Then waits as <see cref="ProcessMessageAsync"/> does.</summary>
    /// <exception cref="ApiException">409: one of the calls waits for no output.</exception>
    public async Task<SessionReply> SubmitAsync(
        AgentSession session, IReadOnlyDictionary<string, ToolResult> outputs, IReadOnlyDictionary<string, SessionFunction> functions, CancellationToken cancellationToken)
    {
        var follower = new RunFollower(functions);
        var run = await BeginSubmitAsync(session, outputs, cancellationToken);
        follower.Given(run, outputs.Keys);
        return await FollowAsync(run, follower, cancellationToken);
    }

    /// <summary>Answers what the run asks a person, once, for exactly the call with this hash. Then waits as <see cref="ProcessMessageAsync"/> does.</summary>
    /// <exception cref="ApiException">409: no such call waits for an approval.</exception>
    public async Task<SessionReply> DecideAsync(
        AgentSession session, PendingApproval approval, Decision decision, IReadOnlyDictionary<string, SessionFunction> functions, CancellationToken cancellationToken) =>
        await FollowAsync(await BeginDecideAsync(session, approval.CallId, approval.Hash, decision, cancellationToken), new(functions), cancellationToken);

    /// <summary>Ends the open run, and waits for its end.</summary>
    /// <param name="author">"user:ID"</param>
    /// <exception cref="ApiException">409: no run is open.</exception>
    public async Task<SessionReply> CancelAsync(AgentSession session, string author, CancellationToken cancellationToken) =>
        await FollowAsync(await BeginCancelAsync(session, author, cancellationToken), new(RunFollower.NoFunctions), cancellationToken);

    /// <returns>The run as it was before.</returns>
    internal async ValueTask<RunTimeline> BeginSubmitAsync(AgentSession session, IReadOnlyDictionary<string, ToolResult> outputs, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var run = await OpenAsync(session, cancellationToken);
            switch (await _context.Runs.Control.SubmitAsync(run.Run, outputs, cancellationToken))
            {
                case CommandResult.Done:
                    return run;
                case CommandResult.Busy:
                    continue;
                default:
                    throw ApiException.Conflict("One of the calls does not wait for an output: it was given, or the run goes on without it.", "call_not_waiting");
            }
        }

        throw Changing();
    }

    internal async ValueTask<RunTimeline> BeginDecideAsync(AgentSession session, string call, string hash, Decision decision, CancellationToken cancellationToken)
    {
        var run = (await OpenAsync(session, cancellationToken)).Run;
        return await _context.Runs.Control.DecideAsync(run, call, hash, decision, cancellationToken) switch
        {
            CommandResult.Done => await _context.Runs.LoadAsync(Scope.Everything, run, cancellationToken) ?? throw NoOpenRun(session),
            CommandResult.Busy => throw Changing(),
            _ => throw ApiException.Conflict("No call with this id and hash waits for an approval: it was decided, or it is another call.", "call_not_waiting"),
        };
    }

    internal async ValueTask<RunTimeline> BeginCancelAsync(AgentSession session, string author, CancellationToken cancellationToken)
    {
        var run = (await OpenAsync(session, cancellationToken)).Run;
        return await _context.Runs.Control.CancelAsync(run, author, "Cancelled by a request.", cancellationToken) switch
        {
            CommandResult.Done => await _context.Runs.LoadAsync(Scope.Everything, run, cancellationToken) ?? throw NoOpenRun(session),
            CommandResult.HasEnded => throw NoOpenRun(session),
            _ => throw Changing(),
        };
    }

    /// <summary>Starts a run that answers a message; the two are recorded together.</summary>
    internal async ValueTask<RunTimeline> StartAsync(AgentSession session, SessionMessage message, CancellationToken cancellationToken)
    {
        if (message.Text.Length is 0 or > MaxMessage) throw ApiException.BadRequest($"Invalid 'message': a message has 1 to {MaxMessage} characters.", "message", "invalid_value");
        var scope = Scope.Of(session.Owner);
        for (var tries = 0; tries < Tries; tries++)
        {
            var (record, document) = await SessionRecord.GetAsync(_context.Store, scope, session.Id, cancellationToken);
            var item = new ThreadItem(Ids.New(), new ItemBody.Said(Speaker.User, [new Part.Text(message.Text)])) { CreatedAt = _context.Time.GetUtcNow() };
            if (await HasWaitingAsync(record.Id, cancellationToken)) throw Busy(session);
            var run = _context.Ids.NewRun();
            switch (await _runs.StartAsync(run, record, document.Owner, order => order with
            {
                Given = [item],
                Face = SessionsFace.Name,
                MayAsk = true,
                Budget = order.Budget with { InputTokens = message.MaxPromptTokens, OutputTokens = message.MaxCompletionTokens },
            }, cancellationToken))
            {
                case RunStart.Started:
                    return new(run);
                case RunStart.ThreadBusy:
                    throw Busy(session);
            }
        }

        throw Changing();
    }

    /// <summary>Until the run has ended, or needs somebody, or the server stops: then it goes on after the next start.</summary>
    internal async Task<SessionReply> FollowAsync(RunTimeline run, RunFollower follower, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _context.Stopping);
        try
        {
            await follower.FollowAsync(_context.Runs, run, end.Token);
        }
        catch (OperationCanceledException) when (_context.Stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // What is known so far says that the run is open.
        }

        return await ReplyAsync(run);
    }

    /// <summary>As much as is known; a run of which nothing has been read yet is read.</summary>
    private async ValueTask<SessionReply> ReplyAsync(RunTimeline run) =>
        SessionReply.Of(run.State.Definition is not null ? run : await _context.Runs.LoadAsync(Scope.Everything, run.Run, CancellationToken.None) ?? run);

    /// <summary>Null when the session has no run.</summary>
    internal async ValueTask<RunTimeline?> NewestAsync(AgentSession session, CancellationToken cancellationToken) =>
        await _context.Store.ListRunsAsync(Scope.Everything, new() { Thread = session.Bare, Limit = 1 }, cancellationToken) is [var newest]
            ? await _context.Runs.LoadAsync(Scope.Everything, newest.Run, cancellationToken)
            : null;

    private async ValueTask<RunTimeline> OpenAsync(AgentSession session, CancellationToken cancellationToken) =>
        await _context.Runs.ActiveAsync(session.Bare, cancellationToken) is { } active && await _context.Runs.LoadAsync(Scope.Everything, active.Run, cancellationToken) is { } run
            ? run
            : throw NoOpenRun(session);

    /// <summary>Input that another face has put in line comes first.</summary>
    private async ValueTask<bool> HasWaitingAsync(string session, CancellationToken cancellationToken) =>
        (await _context.Store.ListAsync(Scope.Everything, new(QueuedInput.Kind) { Parent = session, Limit = 1 }, cancellationToken))?.Items.Count > 0;

    private static ApiException Changing() => ApiException.Conflict("The session changes all the time; try again.", "busy");

    private static ApiException NoOpenRun(AgentSession session) => ApiException.Conflict($"The session '{session.Id}' has no open run.", "no_open_run");

    private static ApiException Busy(AgentSession session) => ApiException.Conflict($"The session '{session.Id}' has an open run: wait for its end, or cancel it.", "run_open");
}
