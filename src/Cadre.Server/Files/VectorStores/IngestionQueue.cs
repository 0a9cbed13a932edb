using System.Collections.Immutable;
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
    : IAsyncDisposable
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
    private readonly CancellationTokenSource _stop = new();
    private Task _working = Task.CompletedTask;

    public void Start()
    {
        Wake();
        _working = Task.Run(WorkAsync);
    }

    /// <summary>There is something new to read.</summary>
    public void Wake() => _signal.Writer.TryWrite(true);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        var underWay = new Dictionary<string, Task<string>>(StringComparer.Ordinal);
        var woken = _signal.Reader.ReadAsync(_stop.Token).AsTask();
        while (!_stop.IsCancellationRequested)
        {
            if (underWay.Count < Abreast)
            {
                foreach (var (owner, file) in await WaitingAsync())
                {
                    if (underWay.Count == Abreast) break;
                    if (!underWay.ContainsKey(file.DocumentId)) underWay.Add(file.DocumentId, IngestAsync(owner, file));
                }
            }

            var next = await Task.WhenAny([woken, .. underWay.Values]);
            if (next == woken) woken = _signal.Reader.ReadAsync(_stop.Token).AsTask();
            else underWay.Remove(await (Task<string>)next);
        }

        await Task.WhenAll(underWay.Values);
    }

    private async Task<IReadOnlyList<(Owner Owner, VectorStoreFile File)>> WaitingAsync()
    {
        while (true)
        {
            try
            {
                return await records.ListWaitingAsync(Batch, _stop.Token);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Unavailable(fault);
                await Task.Delay(Pause, time, _stop.Token);
            }
        }
    }

    /// <summary>Never fails; the outcome is recorded, or the file still waits.</summary>
    private async Task<string> IngestAsync(Owner owner, VectorStoreFile file)
    {
        await Task.Yield();
        try
        {
            await FinishAsync(owner, file, await ReadAsync(owner, file));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The next process begins it anew.
        }
        catch (Exception fault) when (!_stop.IsCancellationRequested)
        {
            Unavailable(fault);
            await Task.Delay(Pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return file.DocumentId;
    }

    private async Task<VectorStoreFile> ReadAsync(Owner owner, VectorStoreFile file)
    {
        if (await files.GetAsync(new(owner.Organisation), file.FileId, _stop.Token) is not { } stored || blobs.PathOf(stored.Hash) is not { } path)
            return Failed(file, "invalid_file", "The file is not there any more.");
        var source = new SourceFile(file.FileId, stored.Name, path, stored.Bytes, file.Attributes ?? ImmutableDictionary<string, System.Text.Json.JsonElement>.Empty);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await index.IngestAsync(file.StoreId, source, file.Chunking, _stop.Token) switch
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
                await index.DeleteAsync(file.StoreId, _stop.Token);
                await RepeatAsync(owner, file.StoreId);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Fault(fault, file.DocumentId, attempt);
                if (attempt >= MaxAttempts) return Failed(file, "server_error", "The file could not be read; the server's log says why.");
            }
        }
    }

    /// <summary>Everything that was in a store's index is read again.</summary>
    public async Task RepeatAsync(Owner owner, string storeId)
    {
        var scope = new Scope(owner.Organisation);
        var completed = new DocumentQuery(VectorStoreFile.Kind) { Parent = storeId, Limit = VectorStore.MaxFiles, Where = ImmutableDictionary<string, string>.Empty.Add("status", FileStatus.Completed) };
        var (lost, _) = await records.ListFilesAsync(scope, completed, _stop.Token) ?? ([], false);
        var again = new FileChanges([.. lost.Select(file => file.FileId)], (_, file) => file is { Status: FileStatus.Completed }
            ? file with { Status = FileStatus.InProgress, UsageBytes = 0, Batch = null, Ticket = Ids.New() }
            : file);
        await records.ChangeAsync(scope, storeId, again, _stop.Token);
        Wake();
    }

    private static VectorStoreFile Failed(VectorStoreFile file, string code, string message) => file with { Status = FileStatus.Failed, ErrorCode = code, ErrorMessage = message };

    /// <summary>What became of the file while it was read decides: gone, cancelled or begun anew, this reading counts for nothing.</summary>
    private async Task FinishAsync(Owner owner, VectorStoreFile read, VectorStoreFile result)
    {
        var scope = new Scope(owner.Organisation);
        VectorStoreFile? left = null;
        var done = new FileChanges([read.FileId], (_, current) => left = current is { Status: FileStatus.InProgress } && current.Ticket == read.Ticket
            ? result with { Attributes = current.Attributes }
            : current);
        var store = await records.ChangeAsync(scope, read.StoreId, done, _stop.Token);
        if (store is null) await index.DeleteAsync(read.StoreId, _stop.Token);
        else if (left is null or { Status: FileStatus.Cancelled }) await index.RemoveAsync(read.StoreId, read.FileId, _stop.Token);
        else if (left is { Status: FileStatus.Completed, Attributes: { } attributes } && !ReferenceEquals(attributes, read.Attributes))
            await index.SetAttributesAsync(read.StoreId, read.FileId, attributes, _stop.Token);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The file {File} could not be ingested (attempt {Attempt}).")]
    private partial void Fault(Exception fault, string file, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "What became of a file's ingestion cannot be recorded; it is tried again.")]
    private partial void Unavailable(Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index of the vector store {Store} is made anew.")]
    private partial void Damaged(Exception fault, string store);
}
