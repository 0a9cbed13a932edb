using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Assistants;

/// <summary>Runs of threads out of the store, with the metadata that later requests gave them.</summary>
internal sealed class RunRecords(ServerContext context)
{
    /// <summary>Documents that lie in the run's thread, by the run's id.</summary>
    private const string MetadataKind = "run_metadata";

    public async ValueTask<RunTimeline> FindAsync(Scope scope, string thread, RunId run, CancellationToken cancellationToken) =>
        await context.Runs.LoadAsync(scope, run, cancellationToken) is { } timeline && timeline.Definition.Thread == thread
            ? timeline
            : throw AssistantIds.NoRun($"{AssistantIds.Run}{run}");

    /// <summary>Null when no request has changed it.</summary>
    public async ValueTask<IReadOnlyDictionary<string, string>?> MetadataAsync(Scope scope, RunId run, CancellationToken cancellationToken) =>
        await context.Store.GetAsync(scope, MetadataKind, run.ToString(), cancellationToken) is { } document
            ? JsonSerializer.Deserialize(document.Body.Span, RunSettingsJson.Default.Metadata)
            : null;

    public async ValueTask SetMetadataAsync(RunTimeline timeline, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(metadata, RunSettingsJson.Default.Metadata);
        var document = new Document(MetadataKind, timeline.Run.ToString(), timeline.Definition.Owner, body) { Parent = timeline.Definition.Thread, CreatedAt = context.Time.GetUtcNow() };
        await context.Store.CommitAsync([new Change.Put(document)], cancellationToken);
    }
}
