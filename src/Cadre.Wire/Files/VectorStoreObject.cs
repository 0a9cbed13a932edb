using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.Files;

/// <summary>OpenAI's <c>VectorStoreObject</c>. Times are Unix seconds.</summary>
public sealed record VectorStoreObject(
    string Id,
    long CreatedAt,
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
    long UsageBytes,
    FileCountsObject FileCounts,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExpiresAfterDays? ExpiresAfter,
    long? ExpiresAt,
    long? LastActiveAt,
    IReadOnlyDictionary<string, string> Metadata)
{
    public string Object { get; init; } = "vector_store";
}

/// <summary>Files of a vector store or of a batch, by their state.</summary>
public sealed record FileCountsObject(int InProgress, int Completed, int Failed, int Cancelled, int Total);

/// <param name="Anchor">"last_active_at".</param>
public sealed record ExpiresAfterDays(string Anchor, int Days);

/// <summary>OpenAI's <c>VectorStoreFileObject</c>.</summary>
/// <param name="Attributes">Values are strings, numbers and booleans.</param>
public sealed record VectorStoreFileObject(
    string Id,
    long UsageBytes,
    long CreatedAt,
    string VectorStoreId,
    string Status,
    VectorStoreFileError? LastError,
    ChunkingObject ChunkingStrategy,
    IReadOnlyDictionary<string, JsonElement> Attributes)
{
    public string Object { get; init; } = "vector_store.file";
}

/// <param name="Code">"server_error", "unsupported_file", "invalid_file".</param>
public sealed record VectorStoreFileError(string Code, string Message);

public sealed record ChunkingObject(StaticChunking Static)
{
    public string Type { get; init; } = "static";
}

public sealed record StaticChunking(int MaxChunkSizeTokens, int ChunkOverlapTokens);

/// <summary>OpenAI's <c>VectorStoreFileBatchObject</c>.</summary>
public sealed record FileBatchObject(string Id, long CreatedAt, string VectorStoreId, string Status, FileCountsObject FileCounts)
{
    public string Object { get; init; } = "vector_store.files_batch";
}

/// <summary>OpenAI's <c>VectorStoreFileContentResponse</c>.</summary>
public sealed record FileContentPage(IReadOnlyList<ContentText> Data)
{
    public string Object { get; init; } = "vector_store.file_content.page";
    public bool HasMore { get; init; }
    public string? NextPage { get; init; }
}

public sealed record ContentText(string Text)
{
    public string Type { get; init; } = "text";
}

/// <summary>OpenAI's <c>VectorStoreSearchResultsPage</c>.</summary>
public sealed record SearchResultsPage(IReadOnlyList<string> SearchQuery, IReadOnlyList<SearchResult> Data)
{
    public string Object { get; init; } = "vector_store.search_results.page";
    public bool HasMore { get; init; }
    public string? NextPage { get; init; }
}

/// <param name="Score">0 to 1.</param>
public sealed record SearchResult(string FileId, string Filename, double Score, IReadOnlyDictionary<string, JsonElement> Attributes, IReadOnlyList<ContentText> Content);
