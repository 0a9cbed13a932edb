using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Server.Files.VectorStores;

/// <summary>
/// Vector stores, their files and batches as documents. Whatever changes a file changes the counts of its store and of its batch in the same transaction, and
/// a file that has to be ingested lies in the queue (documents of the kind <see cref="Waiting"/>) exactly as long as it is in progress.
/// </summary>
internal sealed class VectorStoreRecords(IStore store, TimeProvider time)
{
    public const string Waiting = "ingestion";

    /// <summary>How often a change is tried anew because another one came between.</summary>
    private const int MaxAttempts = 100;

    public async ValueTask<VectorStore?> GetAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(scope, VectorStore.Kind, id, cancellationToken) is { } document ? Read(document, StoredJson.Default.VectorStore) : null;

    public async ValueTask<VectorStoreFile?> GetFileAsync(Scope scope, string storeId, string fileId, CancellationToken cancellationToken) =>
        await store.GetAsync(scope, VectorStoreFile.Kind, VectorStoreFile.IdOf(storeId, fileId), cancellationToken) is { } document ? Read(document, StoredJson.Default.VectorStoreFile) : null;

    public async ValueTask<FileBatch?> GetBatchAsync(Scope scope, string storeId, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(scope, FileBatch.Kind, id, cancellationToken) is { } document && document.Parent == storeId ? Read(document, StoredJson.Default.FileBatch) : null;

    public async ValueTask<(IReadOnlyList<VectorStore> Items, bool HasMore)?> ListAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken) =>
        await store.ListAsync(scope, query, cancellationToken) is { } page ? ([.. page.Items.Select(item => Read(item, StoredJson.Default.VectorStore))], page.HasMore) : null;

    public async ValueTask<(IReadOnlyList<VectorStoreFile> Items, bool HasMore)?> ListFilesAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken) =>
        await store.ListAsync(scope, query, cancellationToken) is { } page ? ([.. page.Items.Select(item => Read(item, StoredJson.Default.VectorStoreFile))], page.HasMore) : null;

    /// <summary>The files that wait, the longest waiting first.</summary>
    public async ValueTask<IReadOnlyList<(Owner Owner, VectorStoreFile File)>> ListWaitingAsync(int limit, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(Scope.Everything, new(Waiting) { Limit = limit, Descending = false }, cancellationToken);
        var files = new List<(Owner, VectorStoreFile)>();
        foreach (var waiting in page!.Items)
        {
            if (await store.GetAsync(Scope.Everything, VectorStoreFile.Kind, waiting.Id, cancellationToken) is { } document)
                files.Add((document.Owner, Read(document, StoredJson.Default.VectorStoreFile)));
        }

        return files;
    }

    public async ValueTask CreateAsync(VectorStore created, Owner owner, CancellationToken cancellationToken) =>
        await store.CommitAsync([new Change.Create(new(VectorStore.Kind, created.Id, owner, Write(created, StoredJson.Default.VectorStore)) { CreatedAt = created.CreatedAt })], cancellationToken);

    /// <summary>With its files and batches.</summary>
    public async ValueTask DeleteAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        await store.CommitAsync([new Change.Delete(scope, VectorStore.Kind, id)], cancellationToken);

    /// <summary>Null when there is no such store.</summary>
    public ValueTask<VectorStore?> UpdateAsync(Scope scope, string id, Func<VectorStore, VectorStore> change, CancellationToken cancellationToken) =>
        ChangeAsync(scope, id, new FileChanges([], (_, file) => file) { Store = change }, cancellationToken);

    /// <summary>Makes the changes together with all that follows from them. Null when there is no such store.</summary>
    public async ValueTask<VectorStore?> ChangeAsync(Scope scope, string id, FileChanges changes, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await store.GetAsync(scope, VectorStore.Kind, id, cancellationToken) is not { } document) return null;
            var transaction = new Transaction(document, changes.Store(Read(document, StoredJson.Default.VectorStore)), changes.NewBatch);
            foreach (var fileId in changes.Files)
            {
                var current = await store.GetAsync(scope, VectorStoreFile.Kind, VectorStoreFile.IdOf(id, fileId), cancellationToken);
                var old = current is null ? null : Read(current, StoredJson.Default.VectorStoreFile);
                var next = changes.Change(fileId, old);
                if (ReferenceEquals(old, next)) continue;
                if (old?.Batch is { } batch && old.Status == FileStatus.InProgress && !transaction.Batches.ContainsKey(batch)
                    && await store.GetAsync(scope, FileBatch.Kind, batch, cancellationToken) is { } batchDocument)
                    transaction.Batches.Add(batch, (batchDocument, Read(batchDocument, StoredJson.Default.FileBatch)));
                transaction.Add(scope, current, old, next);
            }

            if ((await store.CommitAsync(transaction.Finish(), cancellationToken)).Won) return transaction.Store;
        }

        throw new StoreFailedException($"The vector store {id} changed too often while a change was tried.");
    }

    /// <summary>Marks the store as used, once in a while: what it expires by is counted in days.</summary>
    public async ValueTask TouchAsync(Scope scope, VectorStore used, TimeSpan precision, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - used.LastActiveAt >= precision) await UpdateAsync(scope, used.Id, current => current with { LastActiveAt = now }, cancellationToken);
    }

    /// <summary>Cancels what is left of a batch.</summary>
    public async ValueTask CancelAsync(Scope scope, FileBatch batch, CancellationToken cancellationToken)
    {
        while (await store.GetAsync(scope, FileBatch.Kind, batch.Id, cancellationToken) is { } document && Read(document, StoredJson.Default.FileBatch) is { Cancelled: not true, Counts.InProgress: > 0 } current)
        {
            var cancelled = document with { Body = Write(current with { Cancelled = true }, StoredJson.Default.FileBatch) };
            if ((await store.CommitAsync([new Change.Replace(cancelled, document.Version)], cancellationToken)).Won) break;
        }

        var query = new DocumentQuery(VectorStoreFile.Kind)
        {
            Parent = batch.StoreId,
            Limit = VectorStore.MaxFiles,
            Where = ImmutableDictionary<string, string>.Empty.Add("batch", batch.Id).Add("status", FileStatus.InProgress),
        };
        var (files, _) = await ListFilesAsync(scope, query, cancellationToken) ?? ([], false);
        var left = new FileChanges([.. files.Select(file => file.FileId)], (_, file) => file is { Status: FileStatus.InProgress } && file.Batch == batch.Id ? file with { Status = FileStatus.Cancelled } : file);
        await ChangeAsync(scope, batch.StoreId, left, cancellationToken);
    }

    private static T Read<T>(Document document, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(document.Body.Span, type) ?? throw new InvalidDataException($"The {document.Kind} {document.Id} is empty.");

    private static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private sealed class Transaction(Document document, VectorStore store, FileBatch? newBatch)
    {
        private readonly List<Change> _changes = [];
        private FileBatch? _newBatch = newBatch;

        public VectorStore Store { get; private set; } = store;

        /// <summary>Those that a changed file came with.</summary>
        public Dictionary<string, (Document Document, FileBatch Batch)> Batches { get; } = [];

        public void Add(Scope scope, Document? current, VectorStoreFile? old, VectorStoreFile? next)
        {
            Store = Store with { Counts = Store.Counts.Add(old?.Status, -1).Add(next?.Status, 1), UsageBytes = Store.UsageBytes - (old?.UsageBytes ?? 0) + (next?.UsageBytes ?? 0) };
            var id = (old ?? next)!.DocumentId;
            if (next is null) _changes.Add(new Change.Delete(scope, VectorStoreFile.Kind, id));
            else if (current is null) _changes.Add(new Change.Create(DocumentOf(next, document.Owner)));
            else _changes.Add(new Change.Replace(current with { Body = Write(next, StoredJson.Default.VectorStoreFile) }, current.Version));

            if (next is { Status: FileStatus.InProgress } && old is not { Status: FileStatus.InProgress })
                _changes.Add(new Change.Create(new(Waiting, id, document.Owner, "{}"u8.ToArray()) { Parent = id, CreatedAt = next.CreatedAt }));
            else if (next is not (null or { Status: FileStatus.InProgress }) && old is { Status: FileStatus.InProgress })
                _changes.Add(new Change.Delete(scope, Waiting, id));

            // A batch tells what became of its files: one that went another way before it was done counts as cancelled.
            if (old is { Status: FileStatus.InProgress, Batch: { } batch } && Batches.TryGetValue(batch, out var known) && (next is not { Status: FileStatus.InProgress } || next.Batch != batch))
                Batches[batch] = (known.Document, known.Batch with { Counts = known.Batch.Counts.Add(FileStatus.InProgress, -1).Add(next?.Batch == batch ? next.Status : FileStatus.Cancelled, 1) });
            if (_newBatch is { } begun && next?.Batch == begun.Id) _newBatch = begun with { Counts = begun.Counts.Add(next.Status, 1) };
        }

        public List<Change> Finish()
        {
            if (_newBatch is { } begun)
                _changes.Add(new Change.Create(new(FileBatch.Kind, begun.Id, document.Owner, Write(begun, StoredJson.Default.FileBatch)) { Parent = Store.Id, CreatedAt = begun.CreatedAt }));
            foreach (var (batchDocument, batch) in Batches.Values)
                _changes.Add(new Change.Replace(batchDocument with { Body = Write(batch, StoredJson.Default.FileBatch) }, batchDocument.Version));
            _changes.Add(new Change.Replace(document with { Body = Write(Store, StoredJson.Default.VectorStore) }, document.Version));
            return _changes;
        }

        private static Document DocumentOf(VectorStoreFile file, Owner owner) =>
            new(VectorStoreFile.Kind, file.DocumentId, owner, Write(file, StoredJson.Default.VectorStoreFile)) { Parent = file.StoreId, CreatedAt = file.CreatedAt };
    }
}

/// <param name="Files">Ids without a prefix.</param>
/// <param name="Change">What becomes of a file; null stands for no file, before and after. Called anew when another change came between.</param>
internal sealed record FileChanges(IReadOnlyList<string> Files, Func<string, VectorStoreFile?, VectorStoreFile?> Change)
{
    public FileBatch? NewBatch { get; init; }
    public Func<VectorStore, VectorStore> Store { get; init; } = store => store;
}
