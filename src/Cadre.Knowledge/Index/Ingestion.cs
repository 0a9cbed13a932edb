using System.Text;
using Cadre.Knowledge.Chunks;
using Cadre.Knowledge.Extraction;
using Cadre.Knowledge.Search;

namespace Cadre.Knowledge.Index;

/// <summary>
/// Brings one text into a store, in writes of bounded size between which others write and search. It is found when it is complete, and nothing
/// of it stays when it does not come to that.
/// </summary>
internal sealed class Ingestion(StoreFiles stores, KnowledgeOptions options, IEmbedder? embedder, string store)
{
    private readonly List<Chunk> _batch = [];
    private int _batchCharacters;
    private int _chunks;
    private long _usageBytes;
    private int? _dimensions;
    private bool _embeds = embedder is not null;

    public async Task<Ingested> RunAsync(SourceFile file, ExtractedText text, Chunking chunking, CancellationToken cancellationToken)
    {
        var row = await stores.UseAsync(store, create: true, open => open.WriteAsync(writer => writer.Begin(file), cancellationToken), cancellationToken);
        var isPublished = false;
        try
        {
            using var content = text.Open();
            var chunks = new ChunkReader(content, text.Form, chunking, options.MaxTokensPerFile);
            foreach (var chunk in chunks.Read())
            {
                if (chunk.Position >= Schema.MaxChunksPerFile) return new Ingested.Refused(IngestFault.TooLarge, $"A file has at most {Schema.MaxChunksPerFile} chunks.");
                _batch.Add(chunk);
                _batchCharacters += chunk.Text.Length;
                if (IsFull() && !await WriteAsync(row, cancellationToken)) return Removed();
            }

            if (chunks.IsCut) return new Ingested.Refused(IngestFault.TooLarge, $"A file has at most {options.MaxTokensPerFile} tokens.");
            if (!await WriteAsync(row, cancellationToken)) return Removed();
            if (_chunks == 0) return new Ingested.Refused(IngestFault.InvalidFile, "The file holds no text. (Pictures of text, such as scanned pages, are not read.)");
            isPublished = await stores.UseAsync(store, create: false, open => open.WriteAsync(writer => writer.Publish(row, file.FileId), CancellationToken.None), cancellationToken);
            return isPublished ? new Ingested.Done(_chunks, _usageBytes) : Removed();
        }
        finally
        {
            if (!isPublished) await DiscardAsync(row);
        }
    }

    private bool IsFull() => _embeds
        ? _batch.Count >= options.EmbeddingBatchTexts || _batchCharacters >= options.EmbeddingBatchCharacters
        : _batch.Count >= options.ChunksPerWrite;

    /// <returns>False when the file or the store was removed meanwhile.</returns>
    private async Task<bool> WriteAsync(long row, CancellationToken cancellationToken)
    {
        if (_batch.Count == 0) return true;
        var vectors = await EmbedAsync(cancellationToken);
        var written = await stores.UseAsync(
            store, create: false, open => open.WriteAsync(writer => writer.Write(row, _batch, vectors is null ? null : new Embeddings(embedder!.Id, _dimensions!.Value, vectors)), cancellationToken), cancellationToken);
        _chunks += _batch.Count;
        _usageBytes += _batch.Sum(chunk => (long)Encoding.UTF8.GetByteCount(chunk.Text)) + (vectors?.Sum(vector => (long)vector.Length) ?? 0);
        _batch.Clear();
        _batchCharacters = 0;
        return written;
    }

    /// <summary>Once there are no vectors, the rest of the file goes without, and is found by its words.</summary>
    private async ValueTask<IReadOnlyList<byte[]>?> EmbedAsync(CancellationToken cancellationToken)
    {
        if (!_embeds) return null;
        if (await embedder!.EmbedAsync([.. _batch.Select(chunk => chunk.InContext)], cancellationToken) is { } vectors && IsUsable(vectors))
            return [.. vectors.Select(vector => new Direction(vector.Span).ToBytes())];
        _embeds = false;
        return null;
    }

    private bool IsUsable(IReadOnlyList<ReadOnlyMemory<float>> vectors)
    {
        if (vectors.Count != _batch.Count) return false;
        _dimensions ??= vectors[0].Length;
        return _dimensions > 0 && vectors.All(vector => vector.Length == _dimensions);
    }

    private async Task DiscardAsync(long row) => await stores.UseAsync(
        store,
        create: false,
        open => open.WriteAsync(
            writer =>
            {
                writer.Discard(row);
                return true;
            },
            CancellationToken.None),
        CancellationToken.None);

    private static Ingested.Refused Removed() => new(IngestFault.Failed, "The file was removed while it was being indexed.");
}
