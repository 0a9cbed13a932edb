using System.Text.Json;

namespace Cadre.Knowledge;

/// <param name="FileId">What results name; unique within a store.</param>
/// <param name="Name">As it was uploaded; its extension helps to tell what the content is.</param>
/// <param name="Path">Of the content, on the host's disk.</param>
/// <param name="Attributes">See <see cref="FileAttributes"/>.</param>
public sealed record SourceFile(string FileId, string Name, string Path, long Bytes, IReadOnlyDictionary<string, JsonElement> Attributes);
