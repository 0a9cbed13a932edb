using System.Text.Json.Serialization;
using Cadre.Wire.Files;

namespace Cadre.Server.Files;

/// <summary>A file that was uploaded or that a tool made; what is in it lies among the blobs.</summary>
/// <param name="Id">Without a prefix.</param>
/// <param name="Name">As it was given: a name for people, never a path that is opened.</param>
/// <param name="Hash">Of the blob.</param>
public sealed record StoredFile(string Id, string Name, string Purpose, long Bytes, string Hash)
{
    public const string Kind = "file";
    public const string Prefix = "file-";

    /// <summary>What tools make.</summary>
    public const string OutputPurpose = "assistants_output";

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }

    [JsonIgnore]
    public string WireId => Prefix + Id;

    /// <summary>The id in "file-X"; some clients and the Agents API write "file_X". Null when it is neither.</summary>
    public static string? IdOf(string? text) => Ids.After(Prefix, text) ?? Ids.After("file_", text);

    public FileObject ToWire() => new(WireId, Bytes, CreatedAt.ToUnixTimeSeconds(), ExpiresAt?.ToUnixTimeSeconds(), Name, Purpose, "processed");
}
