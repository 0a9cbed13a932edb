using System.Text.Json;
using Cadre.Knowledge.Extraction;
using Cadre.Knowledge.Index;
using Cadre.Knowledge.Search;

namespace Cadre.Knowledge;

/// <summary>
/// Finds the parts of uploaded files that answer a query. What it keeps is derived from the files: it may be deleted and made anew.
/// Every member throws <see cref="KnowledgeDamagedException"/> when a store's index cannot be read, except <see cref="DeleteAsync"/>.
/// </summary>
/// <param name="embedder">Null: chunks are found by their words alone.</param>
public sealed class KnowledgeIndex(KnowledgeOptions options, TextExtractor extractor, IEmbedder? embedder) : IAsyncDisposable
{
    private readonly StoreFiles _stores = new(options);

    /// <summary>
    /// Reads a file and makes it findable in a store; the store is made when it is new. What was there for the same file id is found until this one
    /// is complete, and then no more. Removed meanwhile, the file is refused.
    /// </summary>
    /// <exception cref="ArgumentException">The attributes or the strategy are outside their limits.</exception>
    public async ValueTask<Ingested> IngestAsync(string store, SourceFile file, Chunking chunking, CancellationToken cancellationToken)
    {
        if (!chunking.IsValid) throw new ArgumentException("The chunking strategy is outside its limits.", nameof(chunking));
        Check(file.Attributes);
        return await extractor.ExtractAsync(file.Path, file.Name, cancellationToken) switch
        {
            Extracted.Refused refused => new Ingested.Refused(refused.Fault, refused.Message),
            Extracted.Done(var text) => await IndexAsync(store, file, text, chunking, cancellationToken),
            _ => throw new InvalidOperationException("An extraction is done or refused."),
        };
    }

    /// <summary>Nothing happens when it is not there.</summary>
    public async ValueTask RemoveAsync(string store, string fileId, CancellationToken cancellationToken) => await ChangeAsync(store, writer => writer.Remove(fileId), cancellationToken);

    /// <summary>Removes a whole store; waits for what is under way in it. Nothing happens when it is not there.</summary>
    public async ValueTask DeleteAsync(string store, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _stores.DeleteAsync(store);
    }

    /// <summary>Replaces all attributes of a file. Nothing happens when it is not there.</summary>
    /// <exception cref="ArgumentException">The attributes are outside their limits.</exception>
    public async ValueTask SetAttributesAsync(string store, string fileId, IReadOnlyDictionary<string, JsonElement> attributes, CancellationToken cancellationToken)
    {
        Check(attributes);
        await ChangeAsync(store, writer => writer.SetAttributes(fileId, attributes), cancellationToken);
    }

    /// <summary>The best chunks of all the stores together, best first. A store that does not exist is empty.</summary>
    public async ValueTask<IReadOnlyList<Found>> SearchAsync(IReadOnlyList<string> stores, SearchRequest request, CancellationToken cancellationToken)
    {
        var vector = await EmbedAsync(request, cancellationToken);
        var search = new StoreSearch(WordQuery.Of(request.Query, options.MaxQueryCharacters), vector, embedder?.Id, FilterSql.Of(request.Filter), request.Ranker);
        var byWords = new List<(string Store, Candidate Candidate)>();
        var byVector = new List<(string Store, Candidate Candidate)>();
        foreach (var store in stores.Distinct())
        {
            if (await SearchAsync(store, search, cancellationToken) is not { } lists) continue;
            byWords.AddRange(lists.ByWords.Select(candidate => (store, candidate)));
            byVector.AddRange(lists.ByVector.Select(candidate => (store, candidate)));
        }

        var best = RankFusion.Fuse(
            (Ranked(byWords), request.TextWeight ?? 1),
            (Ranked(byVector), byVector.Count == 0 ? 0 : request.EmbeddingWeight ?? 1));
        return await FetchAsync(
            best.Where(item => item.Score >= (request.ScoreThreshold ?? 0)).Take(Math.Clamp(request.MaxResults, 1, SearchRequest.HighestMaxResults)), cancellationToken);
    }

    /// <summary>The text of a file's chunks in order, with what overlaps; empty when the file is not there.</summary>
    public async ValueTask<IReadOnlyList<string>> ReadTextAsync(string store, string fileId, CancellationToken cancellationToken) =>
        await ReadAsync(store, reader => reader.Text(fileId), cancellationToken) ?? [];

    /// <summary>Waits for what is under way.</summary>
    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    private async Task<Ingested> IndexAsync(string store, SourceFile file, ExtractedText text, Chunking chunking, CancellationToken cancellationToken)
    {
        using (text)
        {
            var ingestion = new Ingestion(_stores, options, embedder, store);
            return await ingestion.RunAsync(file, text, chunking, cancellationToken);
        }
    }

    private async ValueTask<Direction?> EmbedAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        if (embedder is null || request.EmbeddingWeight is <= 0 || string.IsNullOrWhiteSpace(request.Query)) return null;
        var query = request.Query.Length > options.MaxQueryCharacters ? request.Query[..options.MaxQueryCharacters] : request.Query;
        return await embedder.EmbedAsync([query], cancellationToken) is [var vector, ..] ? new Direction(vector.Span) : null;
    }

    private static List<(string Store, long Chunk)> Ranked(List<(string Store, Candidate Candidate)> found) =>
    [
        .. found
            .OrderByDescending(item => item.Candidate.HoldsAll).ThenByDescending(item => item.Candidate.Score)
            .Take(StoreSearch.MaxCandidates).Select(item => (item.Store, item.Candidate.Chunk)),
    ];

    private async ValueTask<IReadOnlyList<Found>> FetchAsync(IEnumerable<((string Store, long Chunk) Item, double Score)> best, CancellationToken cancellationToken)
    {
        var found = new List<Found>();
        foreach (var of in best.GroupBy(item => item.Item.Store))
        {
            var chunks = await ReadAsync(of.Key, reader => of.Select(item => reader.Fetch(of.Key, new Candidate(item.Item.Chunk, item.Score))).ToList(), cancellationToken);

            // What was removed since it was found is left out.
            found.AddRange((chunks ?? []).OfType<Found>());
        }

        return [.. found.OrderByDescending(item => item.Score)];
    }

    private ValueTask<Lists?> SearchAsync(string store, StoreSearch search, CancellationToken cancellationToken) =>
        _stores.UseAsync<Lists>(
            store,
            create: false,
            async file => await file.ReadAsync(reader => new Lists(search.ByWords(reader), search.ByVector(reader, file.Vectors)), cancellationToken),
            cancellationToken);

    private ValueTask<T?> ReadAsync<T>(string store, Func<StoreReader, T> read, CancellationToken cancellationToken) where T : class =>
        _stores.UseAsync<T>(store, create: false, async file => await file.ReadAsync(read, cancellationToken), cancellationToken);

    private async ValueTask ChangeAsync(string store, Action<StoreWriter> change, CancellationToken cancellationToken) =>
        await _stores.UseAsync(
            store,
            create: false,
            file => file.WriteAsync(
                writer =>
                {
                    change(writer);
                    return true;
                },
                cancellationToken),
            cancellationToken);

    private static void Check(IReadOnlyDictionary<string, JsonElement> attributes)
    {
        if (FileAttributes.Fault(attributes) is { } fault) throw new ArgumentException(fault, nameof(attributes));
    }

    private sealed record Lists(IReadOnlyList<Candidate> ByWords, IReadOnlyList<Candidate> ByVector);
}
