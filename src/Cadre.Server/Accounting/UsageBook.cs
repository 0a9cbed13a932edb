using System.Runtime.CompilerServices;
using Cadre.Storage.Documents;

namespace Cadre.Server.Accounting;

/// <summary>The usage of runs that have ended, in the store.</summary>
internal sealed class UsageBook(IStore store)
{
    /// <summary>Runs that one question looks at.</summary>
    public const int MaxRuns = 200_000;

    /// <summary>Read first: a day of one user is seldom more.</summary>
    private const int FirstBatch = 64;

    private const int Batch = 1_000;
    private static readonly TimeSpan Disorder = TimeSpan.FromMinutes(1);

    /// <summary>Runs that ended from <paramref name="from"/> on and before <paramref name="to"/>, the newest first; at most <see cref="MaxRuns"/> are looked at.</summary>
    public async IAsyncEnumerable<(Document Document, RunUsage Usage)> ReadAsync(Scope scope, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        for (var seen = 0; seen < MaxRuns;)
        {
            var page = await store.ListAsync(scope, new(RunUsage.Kind) { TopLevel = true, Limit = seen == 0 ? FirstBatch : Batch, After = after }, cancellationToken);
            if (page is null) yield break;
            foreach (var document in page.Items)
            {
                // They are recorded in the order of their ends, but for what ends in one moment.
                if (document.CreatedAt < from - Disorder) yield break;
                if (document.CreatedAt >= from && document.CreatedAt < to) yield return (document, RunUsage.Read(document));
            }

            if (!page.HasMore) yield break;
            seen += page.Items.Count;
            after = page.Items[^1].Id;
        }
    }

    public async ValueTask<UsageTotal> TotalAsync(Scope scope, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var total = new UsageTotal();
        await foreach (var (_, usage) in ReadAsync(scope, from, to, cancellationToken)) total.Add(usage);
        return total;
    }
}
