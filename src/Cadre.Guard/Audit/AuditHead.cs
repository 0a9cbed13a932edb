using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Storage.Durable;

namespace Cadre.Guard.Audit;

/// <summary>
/// The anchor outside the chain: how many entries there were when it was written, and the last one's mac. A log that has fewer was truncated. It is
/// itself keyed, so that it cannot be set back without the key; an old copy of both it and the log can.
/// </summary>
/// <param name="File">Name of the file that the last entry is in; empty when there is none.</param>
/// <param name="Length">Bytes of that file, the last entry included.</param>
/// <param name="Hash">Mac of the last entry; zeros when there is none.</param>
/// <param name="Key">Which key sealed it.</param>
internal sealed record AuditHead(long Count, string File, long Length, string Hash, string Key)
{
    private const int FileLimit = 4096;

    public static AuditHead Empty(AuditKey key) => new(0, "", 0, new('0', AuditLine.MacLength), key.Id);

    public void Write(IDisk disk, string path, AuditKey key) =>
        DurableFile.Replace(disk, path, JsonSerializer.SerializeToUtf8Bytes(new SealedHead(this, Mac(key)), AuditHeadJson.Default.SealedHead));

    /// <summary>Null: there is none. A reason: it cannot be trusted.</summary>
    public static AuditHead? Read(string path, AuditKey key, out string? problem)
    {
        problem = null;
        if (!System.IO.File.Exists(path)) return null;
        SealedHead? read = null;
        try
        {
            if (new FileInfo(path).Length <= FileLimit) read = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(path), AuditHeadJson.Default.SealedHead);
        }
        catch (JsonException)
        {
            problem = "the anchored head is not readable";
            return null;
        }

        if (read is null) problem = "the anchored head is not readable";
        else if (read.Head.Key != key.Id) problem = "the anchored head was sealed with another key";
        else if (read.Mac != read.Head.Mac(key)) problem = "the anchored head was changed";
        return problem is null ? read!.Head : null;
    }

    private string Mac(AuditKey key)
    {
        Span<byte> mac = stackalloc byte[AuditKey.HashLength];
        key.Hash(System.Text.Encoding.UTF8.GetBytes($"cadre audit head|{Count}|{File}|{Length}|{Hash}|{Key}"), mac);
        return Convert.ToHexStringLower(mac);
    }
}

internal sealed record SealedHead(AuditHead Head, string Mac);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SealedHead))]
internal sealed partial class AuditHeadJson : JsonSerializerContext;
