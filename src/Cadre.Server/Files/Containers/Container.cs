using System.Text.Json.Serialization;
using Cadre.Wire.Files;

namespace Cadre.Server.Files.Containers;

/// <summary>Where a code interpreter's files lie between its calls; what is in them lies among the blobs.</summary>
/// <param name="Id">Without a prefix.</param>
public sealed record Container(string Id, string Name)
{
    public const string Kind = "container";
    public const string Prefix = "cntr_";

    /// <summary>As OpenAI limits what lies unused.</summary>
    public const int DefaultMinutes = 20;

    /// <summary>Files in one.</summary>
    public const int MaxFiles = 200;

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset LastActiveAt { get; init; }

    /// <summary>Minutes after the last activity; null: never, as those that a thread has of itself.</summary>
    public int? ExpiresAfterMinutes { get; init; }

    /// <summary>Code has run in it.</summary>
    public bool? Used { get; init; }

    public static string? IdOf(string? text) => Ids.After(Prefix, text);

    public bool IsExpired(DateTimeOffset now) => ExpiresAfterMinutes is { } minutes && LastActiveAt.AddMinutes(minutes) <= now;

    public ContainerObject ToWire(DateTimeOffset now) => new(
        Prefix + Id,
        Name,
        CreatedAt.ToUnixTimeSeconds(),
        IsExpired(now) ? "expired" : "running",
        LastActiveAt.ToUnixTimeSeconds(),
        ExpiresAfterMinutes is { } minutes ? new("last_active_at", minutes) : null);
}

/// <param name="Id">Without a prefix; of a file that code made also its id among the files.</param>
/// <param name="Path">Below /mnt/data, as code sees it: "out/x.csv".</param>
/// <param name="Source">"user" or "assistant".</param>
public sealed record ContainerFile(string Id, string ContainerId, string Path, long Bytes, string Hash, string Source)
{
    public const string Kind = "container_file";
    public const string Prefix = "cfile_";
    public const string Root = "/mnt/data/";
    public const string User = "user";
    public const string Assistant = "assistant";
    private const int MaxPathLength = 255;

    public DateTimeOffset CreatedAt { get; init; }

    [JsonIgnore]
    public string DocumentId => DocumentIdOf(ContainerId, Id);

    public static string DocumentIdOf(string container, string id) => $"{container}.{id}";

    /// <summary>Clients name a made file by either of its ids.</summary>
    public static string? IdOf(string? text) => Ids.After(Prefix, text) ?? StoredFile.IdOf(text);

    /// <summary>The path that a name given from outside stands for: its last part. Null when nothing usable is left.</summary>
    public static string? PathOf(string name) => Checked(name.Replace('\\', '/').Split('/')[^1]);

    /// <summary>The relative path when it is a plain one; null for all that could lead elsewhere.</summary>
    public static string? Checked(string path) =>
        path.Length is > 0 and <= MaxPathLength && !path.Any(char.IsControl) && path.Split('/').All(part => part is not ("" or "." or "..")) ? path : null;

    public ContainerFileObject ToWire() => new(Prefix + Id, Container.Prefix + ContainerId, CreatedAt.ToUnixTimeSeconds(), Bytes, Root + Path, Source);
}
