using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Cadre.Wire.ChatKit;

namespace Cadre.Server.ChatKit;

/// <summary>Lets one end user talk to one agent, by a secret of its own.</summary>
/// <param name="Id">Without a prefix.</param>
/// <param name="User">As the caller names its end user; owner of the threads.</param>
/// <param name="Agent">Id of the agent that the workflow's id names.</param>
internal sealed record ChatSession(string Id, string User, string Agent)
{
    public const string Kind = "chatkit_session";
    public const string Prefix = "cksess_";
    public const string SecretPrefix = "ek_";
    private const int SecretLength = 48;
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>How long a session that has expired may be resumed.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public required string Workflow { get; init; }
    public string? Version { get; init; }
    public JsonElement? StateVariables { get; init; }
    public required bool Tracing { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public bool? Cancelled { get; init; }
    public required int RequestsPerMinute { get; init; }
    public required bool Titling { get; init; }
    public required bool Uploads { get; init; }

    /// <summary>Megabytes.</summary>
    public int? MaxFileSize { get; init; }

    public int? MaxFiles { get; init; }
    public required bool History { get; init; }
    public int? RecentThreads { get; init; }

    /// <summary>How long it lasts from its creation or its resumption.</summary>
    public required TimeSpan Lifetime { get; init; }

    public static string NewSecret() => SecretPrefix + RandomNumberGenerator.GetString(Alphabet, SecretLength);

    /// <summary>What is kept of a secret.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <param name="key">The hash of its secret.</param>
    public static Document Document(ChatSession session, Owner owner, string? key) =>
        new(Kind, session.Id, owner, JsonSerializer.SerializeToUtf8Bytes(session, ChatSessionJson.Default.ChatSession))
        {
            CreatedAt = session.CreatedAt,
            Key = key,
            ExpiresAt = session.ExpiresAt + Kept,
        };

    public static ChatSession Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, ChatSessionJson.Default.ChatSession) ?? throw new InvalidDataException($"The session {document.Id} is empty.");

    public bool IsActive(DateTimeOffset now) => Cancelled != true && now < ExpiresAt;

    /// <param name="secret">Empty where it cannot be shown.</param>
    public ChatKitSessionObject Show(DateTimeOffset now, string secret) => new()
    {
        Id = Prefix + Id,
        ClientSecret = secret,
        ExpiresAt = ExpiresAt.ToUnixTimeSeconds(),
        User = User,
        Workflow = new(Workflow, Version, StateVariables, new(Tracing)),
        RateLimits = new(RequestsPerMinute),
        Status = Cancelled == true ? "cancelled" : IsActive(now) ? "active" : "expired",
        ChatkitConfiguration = new(new(Titling), new(Uploads, MaxFileSize, MaxFiles), new(History, RecentThreads)),
    };
}

/// <summary>The stored form. A member that was written once is read for ever; a new one is nullable.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatSession))]
internal sealed partial class ChatSessionJson : JsonSerializerContext;
