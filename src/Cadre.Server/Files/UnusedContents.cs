using System.Text.Json;
using Cadre.Server.Files.Containers;
using Cadre.Server.Files.Uploads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Files;

/// <summary>Removes contents from the disk that no document names any more.</summary>
internal sealed class UnusedContents(IStore store, IBlobs blobs, TimeProvider time)
{
    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>A content is stored before the document that names it.</summary>
    private static readonly TimeSpan Youth = TimeSpan.FromHours(1);

    /// <summary>Every kind of document that names a content, by its member "hash".</summary>
    private static readonly string[] Kinds = [StoredFile.Kind, ContainerFile.Kind, UploadPart.Kind];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken)) await SweepAsync(cancellationToken);
    }

    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var kind in Kinds) await AddAsync(kind, used, cancellationToken);
        return await blobs.SweepAsync((hash, _) => ValueTask.FromResult(used.Contains(hash)), Youth, cancellationToken);
    }

    private async Task AddAsync(string kind, HashSet<string> used, CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await store.ListAsync(Scope.Everything, new(kind) { Limit = Batch, Descending = false, After = after }, cancellationToken);
            foreach (var document in page?.Items ?? [])
            {
                using var body = JsonDocument.Parse(document.Body);
                used.Add(body.RootElement.GetProperty("hash").GetString()!);
            }

            if (page is { HasMore: false }) break;

            // Without a page the document that the cursor names was removed meanwhile: begin anew, or what is used would be taken for unused.
            after = page?.Items[^1].Id;
        }
    }
}
