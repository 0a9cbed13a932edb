using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Cadre.Server.Sessions;
using Cadre.Storage.Documents;

namespace Cadre.Server.Platform;

/// <summary>Runs of an owner, and how the tools show them: bounded, for a model's context.</summary>
internal sealed class FoundRuns(ServerContext context)
{
    /// <summary>Characters of an answer.</summary>
    private const int MaxResponse = 24_000;

    /// <summary>Characters of what a call was given or gave.</summary>
    private const int MaxValue = 2_000;

    /// <summary>Characters of what a person is asked to approve.</summary>
    private const int MaxApproval = 16_000;

    /// <summary>Calls; the newest are shown.</summary>
    private const int MaxCalls = 20;

    public const string Properties = """
        "run_id":{"type":"string"},
        "session_id":{"type":"string","description":"Where the run belongs to a session."},
        "thread_id":{"type":"string"},
        "assistant_id":{"type":"string"},
        "status":{"enum":["completed","failed","cancelled","expired","incomplete","requires_action","requires_approval","in_progress"]},
        "response":{"type":"string","description":"What the assistant said last."},
        "tool_calls":{"type":"array","items":{"type":"object"},"description":"The newest calls, with input, status and result."},
        "required_actions":{"type":"array","items":{"type":"object"},"description":"Calls of functions whose outputs the program that owns them has to give."},
        "approvals":{"type":"array","items":{"type":"object"},"description":"Calls that a person has to decide."},
        "reason":{"type":"string","description":"Why it did not complete."},
        "limit":{"type":"string","description":"What stopped an incomplete run."},
        "usage":{"type":"object"}
        """;

    public const string Required = """ "run_id","assistant_id","status","response","tool_calls","usage" """;

    public RunControl Control => context.Runs.Control;

    /// <param name="id">As the caller wrote it.</param>
    /// <exception cref="ApiException">404: the owner reaches no such run.</exception>
    public async ValueTask<RunTimeline> GetAsync(Owner owner, string id, CancellationToken cancellationToken) =>
        Ids.RunAfter(SessionsFace.Run, id) is { } run && await context.Runs.LoadAsync(Scope.Of(owner), run, cancellationToken) is { } found
            ? found
            : throw AgentErrors.NotFound("run", id);

    /// <summary>Null when the run belongs to no session.</summary>
    public async ValueTask<string?> SessionOfAsync(RunTimeline run, CancellationToken cancellationToken) =>
        run.Definition.Thread is { } thread && await context.Store.GetAsync(Scope.Of(run.Definition.Owner), SessionRecord.Kind, thread, cancellationToken) is not null
            ? AgentPrefix.Session + thread
            : null;

    /// <summary>Until the run has ended or needs somebody, or the time is up: then it goes on.</summary>
    /// <param name="progress">Is given what the model says.</param>
    public async ValueTask WaitAsync(RunTimeline run, long seconds, Action<string>? progress, CancellationToken cancellationToken)
    {
        var follower = new RunFollower(RunFollower.NoFunctions)
        {
            Watch = update =>
            {
                if (update is RunUpdate.TextDelta text) progress?.Invoke(text.Delta);
                return ValueTask.CompletedTask;
            },
        };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), context.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, context.Stopping, limit.Token);
        try
        {
            await follower.FollowAsync(context.Runs, run, end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What is known so far says that the run is open.
        }
    }

    /// <summary>The members of a run.</summary>
    public async ValueTask<Action<Utf8JsonWriter>> ShowAsync(RunTimeline run, CancellationToken cancellationToken)
    {
        if (run.State.Definition is null) run = await context.Runs.LoadAsync(Scope.Everything, run.Run, cancellationToken) ?? run;
        var session = await SessionOfAsync(run, cancellationToken);
        var reply = Bound(SessionReply.Of(run));
        return json =>
        {
            WriteIds(json, run, session);
            ReplyJson.WriteOutcome(json, reply);
        };
    }

    public static void WriteIds(Utf8JsonWriter json, RunTimeline run, string? session)
    {
        json.WriteString("run_id", SessionsFace.Run + run.Run);
        if (session is not null) json.WriteString("session_id", session);
        if (run.Definition.Thread is { } thread) json.WriteString("thread_id", SessionsFace.Thread + thread);
        json.WriteString("assistant_id", AgentPrefix.Assistant + run.Definition.Agent.Name);
    }

    public static PendingApproval Bound(PendingApproval approval) => approval with { Input = Bound(approval.Input, MaxApproval) };

    private static SessionReply Bound(SessionReply reply) => reply with
    {
        Response = Bounded.Middle(reply.Response, MaxResponse),
        ToolCalls = [.. reply.ToolCalls.TakeLast(MaxCalls).Select(Bound)],
        RequiredActions = [.. reply.RequiredActions.Take(MaxCalls).Select(Bound)],
        Approvals = [.. reply.Approvals.Take(MaxCalls).Select(Bound)],
    };

    private static SessionCall Bound(SessionCall call) =>
        call with { Input = Bound(call.Input, MaxValue), Result = call.Result is { } result ? Bound(result, MaxValue) : null };

    /// <summary>What is too long becomes a text with its middle cut.</summary>
    private static JsonElement Bound(JsonElement value, int max) =>
        value.GetRawText() is { } text && text.Length > max ? AgentCall.Json(json => json.WriteStringValue(Bounded.Middle(value.ToString(), max))) : value;
}
