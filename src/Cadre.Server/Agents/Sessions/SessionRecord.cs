using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Tools;
using Cadre.Server.Definitions;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>An agent bound to a thread.</summary>
/// <param name="Id">The thread's id, without a prefix: a session lies in its thread and goes with it.</param>
/// <param name="AgentId">Of <paramref name="Agent"/>; for listings.</param>
/// <param name="Agent">As it was when the session was made, with what the session changed.</param>
internal sealed record SessionRecord(string Id, string AgentId, AgentDefinition Agent)
{
    public const string Kind = "agent_session";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The agent was given with the session and exists nowhere else.</summary>
    public bool? Inline { get; init; }

    public string? EnvironmentId { get; init; }

    /// <summary>Where the environment's tools start, as the caller named it.</summary>
    public string? Workspace { get; init; }

    public ImmutableDictionary<string, string>? Metadata { get; init; }
    public ImmutableArray<string>? Vaults { get; init; }
    public string? Review { get; init; }

    /// <summary>Whom a program opened it for, as the program names its users; null: for its owner. Says nothing of who may see it.</summary>
    public string? UserId { get; init; }

    /// <summary>US cents.</summary>
    public double? SpendLimit { get; init; }

    public static Document Document(SessionRecord session, Owner owner) =>
        new(Kind, session.Id, owner, JsonSerializer.SerializeToUtf8Bytes(session, SessionJson.Default.SessionRecord)) { Parent = session.Id, CreatedAt = session.CreatedAt };

    public static SessionRecord Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, SessionJson.Default.SessionRecord) ?? throw new InvalidDataException($"The session {document.Id} is empty.");

    /// <param name="id">As the caller wrote it.</param>
    public static async ValueTask<(SessionRecord Session, Document Document)> GetAsync(IStore store, Scope scope, string? id, CancellationToken cancellationToken) =>
        Ids.After(AgentPrefix.Session, id) is { } bare && await store.GetAsync(scope, Kind, bare, cancellationToken) is { } document
            ? (Read(document), document)
            : throw AgentErrors.NotFound("session", id);
}

/// <summary>Input that waits for the turns before it. Its id is that of the turn it becomes.</summary>
internal sealed record QueuedInput(ImmutableArray<ThreadItem> Items)
{
    public const string Kind = "agent_input";

    public static Document Document(QueuedInput input, string turn, string session, Owner owner, DateTimeOffset at) =>
        new(Kind, turn, owner, JsonSerializer.SerializeToUtf8Bytes(input, SessionJson.Default.QueuedInput)) { Parent = session, CreatedAt = at };

    public static QueuedInput Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, SessionJson.Default.QueuedInput) ?? throw new InvalidDataException($"The input {document.Id} is empty.");
}

/// <summary>The stored form. A member that was written once is read for ever; a new one is nullable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SessionRecord))]
[JsonSerializable(typeof(QueuedInput))]
internal sealed partial class SessionJson : JsonSerializerContext;
