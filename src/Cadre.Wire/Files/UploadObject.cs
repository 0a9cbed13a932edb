using System.Text.Json.Serialization;

namespace Cadre.Wire.Files;

/// <summary>OpenAI's <c>Upload</c>. Times are Unix seconds.</summary>
/// <param name="Status">"pending", "completed", "cancelled" or "expired".</param>
/// <param name="File">What it became; absent until it is completed.</param>
public sealed record UploadObject(
    string Id,
    long CreatedAt,
    string Filename,
    long Bytes,
    string Purpose,
    string Status,
    long ExpiresAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FileObject? File)
{
    public string Object { get; init; } = "upload";
}

public sealed record UploadPartObject(string Id, long CreatedAt, string UploadId)
{
    public string Object { get; init; } = "upload.part";
}
