using System.Text.Json.Serialization;

namespace Cadre.Wire.Files;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FileObject))]
[JsonSerializable(typeof(ObjectPage<FileObject>), TypeInfoPropertyName = "FilePage")]
[JsonSerializable(typeof(Deleted))]
[JsonSerializable(typeof(VectorStoreObject))]
[JsonSerializable(typeof(ObjectPage<VectorStoreObject>), TypeInfoPropertyName = "VectorStorePage")]
[JsonSerializable(typeof(VectorStoreFileObject))]
[JsonSerializable(typeof(ObjectPage<VectorStoreFileObject>), TypeInfoPropertyName = "VectorStoreFilePage")]
[JsonSerializable(typeof(FileBatchObject))]
[JsonSerializable(typeof(FileContentPage))]
[JsonSerializable(typeof(SearchResultsPage))]
[JsonSerializable(typeof(UploadObject))]
[JsonSerializable(typeof(UploadPartObject))]
[JsonSerializable(typeof(ContainerObject))]
[JsonSerializable(typeof(ObjectPage<ContainerObject>), TypeInfoPropertyName = "ContainerPage")]
[JsonSerializable(typeof(ContainerFileObject))]
[JsonSerializable(typeof(ObjectPage<ContainerFileObject>), TypeInfoPropertyName = "ContainerFilePage")]
public sealed partial class FilesJson : JsonSerializerContext;
