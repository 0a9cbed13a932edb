namespace Cadre.Storage.Sqlite;

/// <summary>
/// Finds and removes payloads that no run has any more: marked on a reader, removed by the writer in small commits between those of others, less what was
/// used again since the marking.
/// </summary>
internal sealed class PayloadCollector(SqliteStore store, Readers readers)
{
    private const int MaxGarbage = 100_000;
    private const int RemovedAtOnce = 500;
    private int _running;

    public async ValueTask<int> CollectAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0) return 0;
        try
        {
            await store.WriteAsync([], writer => writer.Payloads.BeginCollection(), cancellationToken);
            var removed = 0;
            try
            {
                var garbage = readers.Read(Payloads.FindGarbage, MaxGarbage);
                await store.WriteAsync([], writer => writer.Payloads.Condemn(garbage), cancellationToken);
                foreach (var part in garbage.Chunk(RemovedAtOnce)) await store.WriteAsync([], writer => removed += writer.Payloads.Remove(part), cancellationToken);
            }
            finally
            {
                await store.WriteAsync([], writer => writer.Payloads.EndCollection(), CancellationToken.None);
            }

            return removed;
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }
}
