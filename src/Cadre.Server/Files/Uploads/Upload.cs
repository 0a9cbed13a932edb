using Cadre.Wire.Files;

namespace Cadre.Server.Files.Uploads;

/// <summary>A file that comes in parts.</summary>
/// <param name="Id">Without a prefix.</param>
/// <param name="Bytes">What all parts together have to have.</param>
public sealed record Upload(string Id, string Filename, string Purpose, long Bytes)
{
    public const string Kind = "upload";
    public const string Prefix = "upload_";
    public const string Pending = "pending";
    public const string Completed = "completed";
    public const string Cancelled = "cancelled";

    public string Status { get; init; } = Pending;
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>For the file that it becomes.</summary>
    public long? FileExpiresAfterSeconds { get; init; }

    public static string? IdOf(string? text) => Ids.After(Prefix, text);

    /// <summary>As of now: what waited too long has expired.</summary>
    public string StatusAt(DateTimeOffset now) => Status == Pending && ExpiresAt <= now ? "expired" : Status;

    public UploadObject ToWire(DateTimeOffset now, StoredFile? file = null) =>
        new(Prefix + Id, CreatedAt.ToUnixTimeSeconds(), Filename, Bytes, Purpose, StatusAt(now), ExpiresAt.ToUnixTimeSeconds(), file?.ToWire());
}

/// <param name="Hash">Of the blob.</param>
public sealed record UploadPart(string Id, string Hash, long Bytes)
{
    public const string Kind = "upload_part";
    public const string Prefix = "part_";
}
