using System.Text.Json.Serialization;

namespace Cadre.Wire.Files;

/// <summary>OpenAI's <c>OpenAIFile</c>.</summary>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="ExpiresAt">Unix seconds; absent when it never does.</param>
public sealed record FileObject(
    string Id,
    long Bytes,
    long CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ExpiresAt,
    string Filename,
    string Purpose,
    string Status)
{
    public string Object { get; init; } = "file";
}

/// <summary>What OpenAI's deletions answer.</summary>
/// <param name="Object">"file", "vector_store.deleted", "vector_store.file.deleted", "container.deleted".</param>
public sealed record Deleted(string Id, string Object)
{
    [JsonPropertyName("deleted")]
    public bool IsDeleted { get; init; } = true;
}

/// <summary>A page of a listing. OpenAI's own empty pages have null ids.</summary>
public sealed record ObjectPage<T>(IReadOnlyList<T> Data, string? FirstId, string? LastId, bool HasMore)
{
    public string Object { get; init; } = "list";
}
