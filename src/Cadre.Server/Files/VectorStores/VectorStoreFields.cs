using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Knowledge;
using Cadre.Server.Http;

namespace Cadre.Server.Files.VectorStores;

/// <summary>Members that several operations on vector stores share.</summary>
internal static class VectorStoreFields
{
    private const int MaxDays = 365;

    /// <summary>What "auto" stands for.</summary>
    private static readonly Chunking Auto = new();

    public static Chunking? Chunking(Fields body)
    {
        if (body.Object("chunking_strategy") is not { } strategy) return null;
        if (strategy.Word("type", "auto", "static") is not { } type) throw ApiException.Missing(strategy.At("type"));
        if (type == "auto") return Auto;
        var sizes = strategy.Object("static") ?? throw ApiException.Missing(strategy.At("static"));
        var max = sizes.Integer("max_chunk_size_tokens", Knowledge.Chunking.LowestMaxTokens, Knowledge.Chunking.HighestMaxTokens) ?? throw ApiException.Missing(sizes.At("max_chunk_size_tokens"));
        var overlap = sizes.Integer("chunk_overlap_tokens", 0, int.MaxValue) ?? throw ApiException.Missing(sizes.At("chunk_overlap_tokens"));
        return overlap <= max / 2
            ? new((int)max, (int)overlap)
            : throw ApiException.BadRequest("'chunk_overlap_tokens' must not exceed half of 'max_chunk_size_tokens'.", sizes.At("chunk_overlap_tokens"), "invalid_value");
    }

    public static Chunking ChunkingOrAuto(Fields body) => Chunking(body) ?? Auto;

    public static int? ExpiresAfterDays(Fields body)
    {
        if (body.Object("expires_after") is not { } expiry) return null;
        if (expiry.Word("anchor", "last_active_at") is null) throw ApiException.Missing(expiry.At("anchor"));
        return (int)(expiry.Integer("days", 1, MaxDays) ?? throw ApiException.Missing(expiry.At("days")));
    }

    public static ImmutableDictionary<string, JsonElement>? Attributes(Fields body)
    {
        if (body.Object("attributes") is not { } attributes) return null;
        var values = attributes.Raw.EnumerateObject().ToImmutableDictionary(attribute => attribute.Name, attribute => attribute.Value);
        return Knowledge.FileAttributes.Fault(values) is { } fault ? throw ApiException.BadRequest($"Invalid 'attributes': {fault}", attributes.Path, "invalid_value") : values;
    }

    /// <summary>The files' ids without a prefix, each once.</summary>
    public static string FileId(Fields body) => StoredFile.IdOf(body.RequiredText("file_id")) ?? throw NoSuchFile(body.RequiredText("file_id"), body.At("file_id"));

    public static ApiException NoSuchFile(string wireId, string parameter) => ApiException.NotFound($"No such File object: {wireId}", parameter);

    /// <summary>"filters" and "ranking_options" as requests and tools have them.</summary>
    /// <param name="maxResults">When the caller says nothing.</param>
    public static Func<string, SearchRequest> Search(Fields body, int maxResults)
    {
        var limit = (int)(body.Integer("max_num_results", 1, SearchRequest.HighestMaxResults) ?? maxResults);
        AttributeFilter? filter = null;
        if (body.Any("filters") is { } filters && !AttributeFilter.TryParse(filters, body.At("filters"), out filter, out var fault))
            throw ApiException.BadRequest($"Invalid '{fault!.Path}': {fault.Message}", fault.Path, "invalid_value");
        var options = body.Object("ranking_options");
        var ranker = options?.Word("ranker", "none", "auto", "default-2024-11-15", "default_2024_08_21") == "none" ? Ranker.None : Ranker.Auto;
        var threshold = options?.Number("score_threshold", 0, 1);
        var hybrid = options?.Object("hybrid_search");
        return query => new(query)
        {
            MaxResults = limit,
            Filter = filter,
            Ranker = ranker,
            ScoreThreshold = threshold,
            EmbeddingWeight = hybrid?.Number("embedding_weight", 0),
            TextWeight = hybrid?.Number("text_weight", 0),
        };
    }
}
