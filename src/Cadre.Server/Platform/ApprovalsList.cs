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

internal sealed class ApprovalsList(ServerContext context, FoundRuns runs) : AssistantsTool(
    "approvals_list",
    "Lists the calls of the user's runs that wait for the user's approval. Show them to the user as they are; only the user may decide. A page may be short and still have a next one.",
    $$"""{"type":"object","properties":{ {{PageSchema}} },"additionalProperties":false}""",
    Effect.Read)
{
    /// <summary>Open runs looked at for one page.</summary>
    private const int MaxScanned = 200;

    public override string Title => "List approvals";
    public override string Grant => Grants.AssistantsRead;
    public override bool IsForPeople => true;
    public override JsonElement OutputSchema { get; } = Schema(
        $$"""
        "approvals":{"type":"array","items":{"type":"object","properties":{"run_id":{"type":"string"},"session_id":{"type":"string"},"thread_id":{"type":"string"},"assistant_id":{"type":"string"},
          "call":{"type":"object","properties":{"call_id":{"type":"string"},"hash":{"type":"string"},"tool_name":{"type":"string"},"input":{},"rule":{"type":"string"},"because":{"type":"string"} } } } } },{{NextSchema}}
        """,
        "\"approvals\"");

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var limit = Limit(arguments);
        var cursor = new PageCursor(call.Owner, Descriptor.Name);
        RunId? from = cursor.Read(arguments) is not { } last ? null : RunId.TryParse(last, null, out var after) ? after : throw PageCursor.Unfit();
        var entries = await context.Store.ListRunsAsync(Scope.Of(call.Owner), new() { Ended = false, After = from, Limit = MaxScanned }, cancellationToken);
        var found = new List<(RunTimeline Run, string? Session, PendingApproval Approval)>();
        RunId? end = null;
        foreach (var entry in entries)
        {
            // All of a run's are on one page.
            if (found.Count >= limit) break;
            end = entry.Run;
            if (await context.Runs.LoadAsync(Scope.Of(call.Owner), entry.Run, cancellationToken) is not { Phase: RunPhase.AwaitingApproval } run) continue;
            var session = await runs.SessionOfAsync(run, cancellationToken);
            found.AddRange(SessionReply.Of(run).Approvals.Select(approval => (run, session, FoundRuns.Bound(approval))));
        }

        var hasMore = end is not null && (entries.Count == MaxScanned || entries[^1].Run != end);
        return Page("approvals", found, Write, hasMore ? cursor.Write(end!.ToString()!) : null);
    }

    private static void Write(Utf8JsonWriter json, (RunTimeline Run, string? Session, PendingApproval Approval) found)
    {
        json.WriteStartObject();
        FoundRuns.WriteIds(json, found.Run, found.Session);
        json.WritePropertyName("call");
        ReplyJson.Write(json, found.Approval);
        json.WriteEndObject();
    }
}
