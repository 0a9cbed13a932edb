using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Cadre.Wire.ChatKit;

namespace Cadre.Server.ChatKit;

/// <summary>A file that an end user attaches: announced first, then uploaded.</summary>
/// <param name="Id">Without a prefix.</param>
/// <param name="Bytes">As announced.</param>
internal sealed record ChatUpload(string Id, string Name, string MimeType, long Bytes)
{
    public const string Kind = "chatkit_attachment";
    public const string Prefix = "atc_";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The session it was announced in; null for an API key.</summary>
    public string? Session { get; init; }

    /// <summary>Id of the uploaded file; null until it is there.</summary>
    public string? File { get; init; }

    [JsonIgnore]
    public bool IsImage => MimeType.StartsWith("image/", StringComparison.Ordinal);

    [JsonIgnore]
    public string Type => IsImage ? "image" : "file";

    /// <param name="key">The hash of the token in its upload address; null when it was uploaded.</param>
    public static Document Document(ChatUpload upload, Owner owner, string? key) =>
        new(Kind, upload.Id, owner, JsonSerializer.SerializeToUtf8Bytes(upload, ChatUploadJson.Default.ChatUpload)) { CreatedAt = upload.CreatedAt, Key = key };

    public static ChatUpload Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, ChatUploadJson.Default.ChatUpload) ?? throw new InvalidDataException($"The attachment {document.Id} is empty.");

    /// <param name="address">Where its bytes are to be posted; null when they are here.</param>
    public ChatAttachment Show(string? address) => new(Prefix + Id, Type, Name, MimeType, address, null);

    public ChatKitAttachment InMessage() => new(Prefix + Id, Type, Name, MimeType, null);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatUpload))]
internal sealed partial class ChatUploadJson : JsonSerializerContext;
