using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Policies;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Server.McpEndpoints;

/// <summary>An organisation's MCP server, as an administrator set it up: the body of its document. Secrets are sealed.</summary>
internal sealed record EndpointDefinition(string Name, string Url)
{
    public const string Kind = "mcp_endpoint";

    /// <summary>Owner, within the organisation, of what belongs to all of it.</summary>
    public const string Everybody = "organisation";

    public const int DefaultTimeout = 60;

    /// <summary>Sealed values by name.</summary>
    public ImmutableSortedDictionary<string, string>? Headers { get; init; }

    /// <summary>The only tools to offer; null for all.</summary>
    public ImmutableArray<string>? Tools { get; init; }

    public ImmutableSortedDictionary<string, ToolRule>? Policies { get; init; }

    public SignInMode SignIn { get; init; }

    public ClientSettings? OAuth { get; init; }

    public bool Enabled { get; init; } = true;

    /// <summary>For one call.</summary>
    public int TimeoutSeconds { get; init; } = DefaultTimeout;

    public static EndpointDefinition Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, EndpointJson.Default.EndpointDefinition) ?? throw new InvalidDataException($"The MCP endpoint {document.Id} is empty.");

    public ReadOnlyMemory<byte> ToBody() => JsonSerializer.SerializeToUtf8Bytes(this, EndpointJson.Default.EndpointDefinition);
}

/// <param name="Effect">What a call means after a crash; null: unsafe.</param>
/// <param name="Verdict">Its calls are judged no milder than this; null: the policy alone decides.</param>
internal sealed record ToolRule(Effect? Effect, VerdictKind? Verdict);

/// <summary>Of a client that is registered at the authorization server, and what to ask for.</summary>
/// <param name="ClientSecret">Sealed.</param>
internal sealed record ClientSettings(string? ClientId, string? ClientSecret, ImmutableArray<string>? Scopes);

/// <summary>Whose token a call carries.</summary>
internal enum SignInMode
{
    None,

    /// <summary>One that an administrator signed in for, the same for everybody.</summary>
    Organisation,

    /// <summary>The own one of the user whose run it is.</summary>
    User,
}

/// <summary>One check of an endpoint.</summary>
internal sealed record HealthCheck(DateTimeOffset At, string Status)
{
    public double? LatencyMs { get; init; }
    public string? Reason { get; init; }
}

/// <param name="Checks">The newest first.</param>
internal sealed record HealthHistory(ImmutableArray<HealthCheck> Checks);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(EndpointDefinition))]
[JsonSerializable(typeof(HealthHistory))]
[JsonSerializable(typeof(Sealed))]
[JsonSerializable(typeof(KeptSignIn))]
internal sealed partial class EndpointJson : JsonSerializerContext;
