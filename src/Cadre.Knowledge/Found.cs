using System.Text.Json;

namespace Cadre.Knowledge;

/// <summary>A chunk that answers a query.</summary>
/// <param name="Score">0 to 1, never rising along a list of results; comparable within one search only.</param>
/// <param name="Text">Of the chunk; one that begins inside a section has the headings above it in its first line.</param>
/// <param name="Index">Position of the chunk in its file, from 0.</param>
public sealed record Found(
    string Store,
    string FileId,
    string FileName,
    double Score,
    IReadOnlyDictionary<string, JsonElement> Attributes,
    string Text,
    int Index);
