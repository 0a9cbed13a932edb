using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Cadre.Server.Runs;
using Cadre.Server.Sessions;
using Cadre.Storage.Documents;

namespace Cadre.Server.Platform;

internal sealed class RunsList(ServerContext context, FoundRuns runs, AgentSessions sessions) : AssistantsTool(
    "runs_list",
    "Lists the user's runs, newest first. A page may be short, or empty, and still have a next one.",
    $$"""
    {"type":"object","properties":{
      "status":{"enum":["completed","failed","cancelled","expired","incomplete","requires_action","requires_approval","in_progress"],"description":"Only runs that stand so."},
      "session_id":{"type":"string","maxLength":200,"description":"Only runs of this session."},
      {{PageSchema}} },"additionalProperties":false}
    """,
    Effect.Read)
{
    /// <summary>Runs looked at for one page.</summary>
    private const int MaxScanned = 200;

    public override string Title => "List runs";
    public override string Grant => Grants.AssistantsRead;
    public override JsonElement OutputSchema { get; } = Schema(
        $$"""
        "runs":{"type":"array","items":{"type":"object","properties":{"run_id":{"type":"string"},"session_id":{"type":"string"},"thread_id":{"type":"string"},"assistant_id":{"type":"string"},
          "status":{"type":"string"},"started_at":{"type":"string"},"ended_at":{"type":"string"},"reason":{"type":"string"} } } },{{NextSchema}}
        """,
        "\"runs\"");

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var (status, session, limit) = (arguments.Text("status"), arguments.Text("session_id"), Limit(arguments));
        var cursor = new PageCursor(call.Owner, Descriptor.Name, status, session);
        var query = new RunQuery
        {
            Thread = session is null ? null : (await sessions.GetAsync(call.Owner, session, cancellationToken)).Bare,
            Ended = status is null ? null : status is not ("requires_action" or "requires_approval" or "in_progress"),
            After = cursor.Read(arguments) is not { } last ? null : RunId.TryParse(last, null, out var after) ? after : throw PageCursor.Unfit(),
            Limit = status is null ? limit : MaxScanned,
        };
        var found = new List<(RunTimeline Run, string? Session)>(limit);
        var entries = await context.Store.ListRunsAsync(Scope.Of(call.Owner), query, cancellationToken);
        RunId? end = null;
        foreach (var entry in entries)
        {
            if (found.Count == limit) break;
            end = entry.Run;
            if (await context.Runs.LoadAsync(Scope.Of(call.Owner), entry.Run, cancellationToken) is not { } run) continue;
            if (status is null || ReplyJson.Word(SessionReply.StatusOf(run)) == status) found.Add((run, await runs.SessionOfAsync(run, cancellationToken)));
        }

        var hasMore = end is not null && (entries.Count == query.Limit || entries[^1].Run != end);
        return Page("runs", found, Write, hasMore ? cursor.Write(end!.ToString()!) : null);
    }

    private static void Write(Utf8JsonWriter json, (RunTimeline Run, string? Session) found)
    {
        json.WriteStartObject();
        FoundRuns.WriteIds(json, found.Run, found.Session);
        json.WriteString("status", ReplyJson.Word(SessionReply.StatusOf(found.Run)));
        json.WriteString("started_at", found.Run.CreatedAt);
        if (found.Run.EndedAt is { } ended) json.WriteString("ended_at", ended);
        if (found.Run.Outcome?.Reason is { } reason) json.WriteString("reason", reason);
        json.WriteEndObject();
    }
}
