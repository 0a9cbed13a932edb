using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Knowledge;
using Cadre.Wire.Files;

namespace Cadre.Server.Files.VectorStores;

/// <summary>A set of files that is searched. What is in the index follows from it.</summary>
/// <param name="Id">Without a prefix.</param>
public sealed record VectorStore(string Id)
{
    public const string Kind = "vector_store";
    public const string Prefix = "vs_";

    /// <summary>As OpenAI limits a store.</summary>
    public const int MaxFiles = 10_000;

    public string? Name { get; init; }
    public string? Description { get; init; }
    public ImmutableDictionary<string, string>? Metadata { get; init; }

    /// <summary>Days after the last activity; null: never.</summary>
    public int? ExpiresAfterDays { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset LastActiveAt { get; init; }
    public FileCounts Counts { get; init; } = new();
    public long UsageBytes { get; init; }

    [JsonIgnore]
    public DateTimeOffset? ExpiresAt => ExpiresAfterDays is { } days ? LastActiveAt.AddDays(days) : null;

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    public static string? IdOf(string? text) => Ids.After(Prefix, text);

    public VectorStoreObject ToWire(DateTimeOffset now) => new(
        Prefix + Id,
        CreatedAt.ToUnixTimeSeconds(),
        Name ?? "",
        Description,
        UsageBytes,
        Counts.ToWire(),
        IsExpired(now) ? "expired" : Counts.InProgress > 0 ? FileStatus.InProgress : FileStatus.Completed,
        ExpiresAfterDays is { } days ? new("last_active_at", days) : null,
        ExpiresAt?.ToUnixTimeSeconds(),
        LastActiveAt.ToUnixTimeSeconds(),
        Metadata ?? ImmutableDictionary<string, string>.Empty);
}

/// <summary>Where a file stands on its way into a store.</summary>
internal static class FileStatus
{
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}

/// <summary>Files by status.</summary>
public sealed record FileCounts(int InProgress = 0, int Completed = 0, int Failed = 0, int Cancelled = 0)
{
    [JsonIgnore]
    public int Total => InProgress + Completed + Failed + Cancelled;

    /// <param name="status">Null changes nothing.</param>
    public FileCounts Add(string? status, int by) => status switch
    {
        FileStatus.InProgress => this with { InProgress = InProgress + by },
        FileStatus.Completed => this with { Completed = Completed + by },
        FileStatus.Failed => this with { Failed = Failed + by },
        FileStatus.Cancelled => this with { Cancelled = Cancelled + by },
        _ => this,
    };

    public FileCountsObject ToWire() => new(InProgress, Completed, Failed, Cancelled, Total);
}

/// <summary>A file in a store.</summary>
/// <param name="StoreId">Without a prefix.</param>
/// <param name="FileId">Without a prefix.</param>
public sealed record VectorStoreFile(string StoreId, string FileId)
{
    public const string Kind = "vector_store_file";

    public required string Status { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public long UsageBytes { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    public ImmutableDictionary<string, JsonElement>? Attributes { get; init; }
    public int MaxTokens { get; init; }
    public int OverlapTokens { get; init; }

    /// <summary>The batch it came with.</summary>
    public string? Batch { get; init; }

    /// <summary>Of this time of being added: an ingestion that was begun for another time says nothing about this one.</summary>
    public required string Ticket { get; init; }

    [JsonIgnore]
    public string DocumentId => IdOf(StoreId, FileId);

    [JsonIgnore]
    public Chunking Chunking => new(MaxTokens, OverlapTokens);

    public static string IdOf(string store, string file) => $"{store}.{file}";

    public VectorStoreFileObject ToWire() => new(
        StoredFile.Prefix + FileId,
        UsageBytes,
        CreatedAt.ToUnixTimeSeconds(),
        VectorStore.Prefix + StoreId,
        Status,
        ErrorCode is { } code ? new(code, ErrorMessage ?? "") : null,
        new(new(MaxTokens, OverlapTokens)),
        Attributes ?? ImmutableDictionary<string, JsonElement>.Empty);
}

/// <summary>Files that were added together.</summary>
/// <param name="Id">Without a prefix.</param>
/// <param name="StoreId">Without a prefix.</param>
public sealed record FileBatch(string Id, string StoreId)
{
    public const string Kind = "vector_store_batch";
    public const string Prefix = "vsfb_";

    public DateTimeOffset CreatedAt { get; init; }
    public bool? Cancelled { get; init; }
    public FileCounts Counts { get; init; } = new();

    public static string? IdOf(string? text) => Ids.After(Prefix, text);

    public FileBatchObject ToWire() => new(Prefix + Id, CreatedAt.ToUnixTimeSeconds(), VectorStore.Prefix + StoreId, Status, Counts.ToWire());

    private string Status => this switch
    {
        { Counts.InProgress: > 0 } => FileStatus.InProgress,
        { Cancelled: true } => FileStatus.Cancelled,
        { Counts: { Failed: > 0 } counts } when counts.Failed == counts.Total => FileStatus.Failed,
        _ => FileStatus.Completed,
    };
}
