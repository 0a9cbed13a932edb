using System.Text.Json.Serialization;
using Cadre.Server.Files.Containers;
using Cadre.Server.Files.Uploads;
using Cadre.Server.Files.VectorStores;

namespace Cadre.Server.Files;

/// <summary>The stored form of files. A member that was written once is read for ever; a new one is nullable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StoredFile))]
[JsonSerializable(typeof(VectorStore))]
[JsonSerializable(typeof(VectorStoreFile))]
[JsonSerializable(typeof(FileBatch))]
[JsonSerializable(typeof(Upload))]
[JsonSerializable(typeof(UploadPart))]
[JsonSerializable(typeof(Container))]
[JsonSerializable(typeof(ContainerFile))]
internal sealed partial class StoredJson : JsonSerializerContext;
