using System.Collections.Immutable;
using System.Text.Json;
using System.Threading.Channels;
using Cadre.Engine.Tools;
using Cadre.Knowledge;
using Cadre.Storage.Documents;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Files.VectorStores;

/// <summary>
/// Reads the files that vector stores wait for into the index, a few at a time. The queue is in the store: what a process that was killed had begun is begun
/// anew by the next one.
/// </summary>
internal sealed partial class IngestionQueue(VectorStoreRecords records, FileStore files, IBlobs blobs, KnowledgeIndex index, TimeProvider time, ILogger<IngestionQueue> logger)
{
    /// <summary>Files that are read side by side.</summary>
    private const int Abreast = 3;

    /// <summary>Waiting files looked up at a time.</summary>
    private const int Batch = 64;

    /// <summary>How often a file whose reading failed through no fault of its own is tried.</summary>
    private const int MaxAttempts = 3;

    /// <summary>Until it is tried again when nothing can be recorded.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the next file is done with.</summary>
    public Task Finished => Volatile.Read(ref _finished).Task;

    /// <summary>Whoever waits for files looks again.</summary>
    public void Tell() => Interlocked.Exchange(ref _finished, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    /// <summary>There is something new to read.</summary>
    public void Wake() => _signal.Writer.TryWrite(true);

    /// <summary>Reads what waits, now and later, until it is stopped; on return nothing is under way.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var underWay = new Dictionary<string, Task<string>>(StringComparer.Ordinal);
        var woken = _signal.Reader.ReadAsync(stop).AsTask();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (underWay.Count < Abreast)
                {
                    foreach (var (owner, file) in await WaitingAsync(stop))
                    {
                        if (underWay.Count == Abreast) break;
                        if (!underWay.ContainsKey(file.DocumentId)) underWay.Add(file.DocumentId, IngestAsync(owner, file, stop));
                    }
                }

                var next = await Task.WhenAny([woken, .. underWay.Values]);
                if (stop.IsCancellationRequested) break;
                if (next == woken) woken = _signal.Reader.ReadAsync(stop).AsTask();
                else underWay.Remove(await (Task<string>)next);
            }
        }
        finally
        {
            await Task.WhenAll(underWay.Values);
        }
    }

    private async Task<IReadOnlyList<(Owner Owner, VectorStoreFile File)>> WaitingAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await records.ListWaitingAsync(Batch, stop);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Unavailable(fault);
                await Task.Delay(Pause, time, stop);
            }
        }
    }

    /// <summary>Never fails; the outcome is recorded, or the file still waits.</summary>
    private async Task<string> IngestAsync(Owner owner, VectorStoreFile file, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await FinishAsync(owner, file, await ReadAsync(owner, file, stop), stop);
            Tell();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next process begins it anew.
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            Unavailable(fault);
            await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return file.DocumentId;
    }

    private async Task<VectorStoreFile> ReadAsync(Owner owner, VectorStoreFile file, CancellationToken stop)
    {
        if (await files.GetAsync(Scope.Of(owner), file.FileId, stop) is not { } stored || blobs.PathOf(stored.Hash) is not { } path)
            return Failed(file, "invalid_file", "The file is not there any more.");
        var source = new SourceFile(file.FileId, stored.Name, path, stored.Bytes, file.Attributes ?? ImmutableDictionary<string, JsonElement>.Empty);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await index.IngestAsync(file.StoreId, source, file.Chunking, stop) switch
                {
                    Ingested.Done done => file with { Status = FileStatus.Completed, UsageBytes = done.UsageBytes },
                    Ingested.Refused { Fault: IngestFault.UnsupportedFile } refused => Failed(file, "unsupported_file", refused.Message),
                    Ingested.Refused { Fault: IngestFault.Failed } refused => Failed(file, "server_error", refused.Message),
                    Ingested.Refused refused => Failed(file, "invalid_file", refused.Message),
                    _ => throw new InvalidOperationException("A file is ingested or refused."),
                };
            }
            catch (KnowledgeDamagedException damaged) when (attempt < MaxAttempts)
            {
                Damaged(damaged, file.StoreId);
                await index.DeleteAsync(file.StoreId, stop);
                await RepeatAsync(owner, file.StoreId, stop);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Fault(fault, file.DocumentId, attempt);
                if (attempt >= MaxAttempts) return Failed(file, "server_error", "The file could not be read; the server's log says why.");
            }
        }
    }

    /// <summary>Everything that was in a store's index is read again.</summary>
    public async Task RepeatAsync(Owner owner, string storeId, CancellationToken stop)
    {
        var scope = Scope.Of(owner);
        var completed = new DocumentQuery(VectorStoreFile.Kind) { Parent = storeId, Limit = VectorStore.MaxFiles, Where = ImmutableDictionary<string, string>.Empty.Add("status", FileStatus.Completed) };
        var (lost, _) = await records.ListFilesAsync(scope, completed, stop) ?? ([], false);
        var again = new FileChanges([.. lost.Select(file => file.FileId)], (_, file) => file is { Status: FileStatus.Completed }
            ? file with { Status = FileStatus.InProgress, UsageBytes = 0, Batch = null, Ticket = Ids.New() }
            : file);
        await records.ChangeAsync(scope, storeId, again, stop);
        Wake();
    }

    private static bool Same(ImmutableDictionary<string, JsonElement> some, ImmutableDictionary<string, JsonElement>? others) =>
        others is not null && some.Count == others.Count && some.All(one => others.TryGetValue(one.Key, out var other) && JsonElement.DeepEquals(one.Value, other));

    private static VectorStoreFile Failed(VectorStoreFile file, string code, string message) => file with { Status = FileStatus.Failed, ErrorCode = code, ErrorMessage = message };

    /// <summary>What became of the file while it was read decides: gone, cancelled or begun anew, this reading counts for nothing.</summary>
    private async Task FinishAsync(Owner owner, VectorStoreFile read, VectorStoreFile result, CancellationToken stop)
    {
        var scope = Scope.Of(owner);
        VectorStoreFile? left = null;
        var done = new FileChanges([read.FileId], (_, current) => left = current is { Status: FileStatus.InProgress } && current.Ticket == read.Ticket
            ? result with { Attributes = current.Attributes }
            : current);
        var store = await records.ChangeAsync(scope, read.StoreId, done, stop);
        if (store is null) await index.DeleteAsync(read.StoreId, stop);
        else if (left is null or { Status: FileStatus.Cancelled }) await index.RemoveAsync(read.StoreId, read.FileId, stop);
        else if (left is { Status: FileStatus.Completed, Attributes: { } attributes } && !Same(attributes, read.Attributes))
            await index.SetAttributesAsync(read.StoreId, read.FileId, attributes, stop);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The file {File} could not be ingested (attempt {Attempt}).")]
    private partial void Fault(Exception fault, string file, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "What became of a file's ingestion cannot be recorded; it is tried again.")]
    private partial void Unavailable(Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index of the vector store {Store} is made anew.")]
    private partial void Damaged(Exception fault, string store);
}
