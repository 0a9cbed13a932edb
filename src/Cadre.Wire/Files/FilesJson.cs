using System.Text.Json.Serialization;

namespace Cadre.Wire.Files;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FileObject))]
[JsonSerializable(typeof(ObjectPage<FileObject>), TypeInfoPropertyName = "FilePage")]
[JsonSerializable(typeof(Deleted))]
public sealed partial class FilesJson : JsonSerializerContext;
