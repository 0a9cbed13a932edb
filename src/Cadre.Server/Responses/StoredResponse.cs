using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Responses.Items;
using Cadre.Storage.Documents;

namespace Cadre.Server.Responses;

/// <summary>What a response is beside its run: what the request said. Everything that happens is in the run's journal.</summary>
/// <param name="Name">The run, which names the response.</param>
internal sealed record StoredResponse(string Name)
{
    public const string Kind = "response";

    /// <summary><see cref="RunDefinition.Face"/> of responses that can be read later, and of those that cannot.</summary>
    public const string Face = "responses";
    public const string UnstoredFace = "responses_unstored";

    /// <summary>Members of the response object that repeat the request.</summary>
    public required JsonElement Echo { get; init; }

    /// <summary>The conversation's thread.</summary>
    public string? Conversation { get; init; }

    public bool Background { get; init; }

    /// <summary>Its events are kept while it runs, so that a reader who lost them is given them again.</summary>
    public bool Stream { get; init; }

    public Include Include { get; init; }

    /// <summary>Ids of the request's own input items, in order.</summary>
    public ImmutableArray<string> Input { get; init; } = [];

    /// <summary>Nobody can read it once it was answered.</summary>
    [JsonIgnore]
    public bool IsUnstored { get; init; }

    /// <summary>The response that it goes on from.</summary>
    [JsonIgnore]
    public string? PreviousId => Echo.TryGetProperty("previous_response_id", out var id) ? id.GetString() : null;

    [JsonIgnore]
    public RunId Run => RunId.Parse(Name);

    [JsonIgnore]
    public string Id => ItemIds.Of(Run);

    public Document ToDocument(Owner owner, DateTimeOffset now) =>
        new(Kind, Name, owner, JsonSerializer.SerializeToUtf8Bytes(this, ResponseJson.Default.StoredResponse)) { CreatedAt = now };

    public static StoredResponse Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, ResponseJson.Default.StoredResponse) ?? throw new InvalidDataException($"The response {document.Id} is empty.");
}

/// <summary>The stored form of responses. A member that was written once is read for ever; a new one is nullable.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredResponse))]
internal sealed partial class ResponseJson : JsonSerializerContext;
