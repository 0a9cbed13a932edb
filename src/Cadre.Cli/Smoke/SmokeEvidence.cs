using System.Text.Json.Serialization;

namespace Cadre.Cli.Smoke;

/// <summary>What one smoke run over one wire showed; kept as a file, from which the compatibility matrix is made.</summary>
/// <param name="Endpoint">Its address without secrets; "simulator" for the built-in one.</param>
/// <param name="Wire">The one that was asked for: "responses" or "chat".</param>
/// <param name="Used">The one that was spoken; "chat" also when the endpoint has no Responses API.</param>
internal sealed record SmokeEvidence(string Endpoint, string Model, string Wire, string Used, DateTimeOffset At, string Cadre, IReadOnlyList<SmokeCheck> Checks)
{
    /// <summary>The wire that was asked for is not there: nothing was tested, and nothing failed.</summary>
    [JsonIgnore]
    public bool IsAbsent => Wire != Used;

    [JsonIgnore]
    public bool Passed => IsAbsent || Checks.All(check => check.Passed);
}

/// <param name="Detail">What was seen, in a few words.</param>
internal sealed record SmokeCheck(string Name, bool Passed, string Detail, long Milliseconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SmokeEvidence))]
internal sealed partial class SmokeJson : JsonSerializerContext;
