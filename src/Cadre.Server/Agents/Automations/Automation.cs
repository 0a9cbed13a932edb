using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Automations;

/// <summary>Gives a session input at a time, or time after time.</summary>
/// <param name="Id">Without a prefix.</param>
internal sealed record Automation(string Id, string Type, string Name)
{
    public const string Kind = "agent_automation";
    public const string Prefix = "auto_";
    public const string Periodic = "periodic";
    public const string Once = "once";
    public const string Active = "active";
    public const string Paused = "paused";
    public const string Completed = "completed";

    public required DateTimeOffset CreatedAt { get; init; }
    public string? Expression { get; init; }
    public string? Timezone { get; init; }
    public DateTimeOffset? RunAt { get; init; }
    public required string Status { get; init; }
    public ImmutableDictionary<string, string>? Metadata { get; init; }

    /// <summary>As it came.</summary>
    public required JsonElement Target { get; init; }

    /// <summary>As it is shown: complete, without secrets.</summary>
    public required JsonElement Shown { get; init; }

    /// <summary>The session of an existing_session target, without prefix; for listings.</summary>
    public string? Session { get; init; }

    /// <summary>Null while nothing is due.</summary>
    public DateTimeOffset? NextAt { get; init; }

    public static Document Document(Automation automation, Owner owner) =>
        new(Kind, automation.Id, owner, JsonSerializer.SerializeToUtf8Bytes(automation, AutomationJson.Default.Automation)) { CreatedAt = automation.CreatedAt };

    public static Automation Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, AutomationJson.Default.Automation) ?? throw new InvalidDataException($"The automation {document.Id} is empty.");

    /// <summary>With the next time after this one.</summary>
    public Automation Scheduled(DateTimeOffset after) => this with
    {
        NextAt = Status != Active ? null
            : Type == Once ? RunAt > after ? RunAt : null
            : CronExpression.Parse(Expression!)!.Next(after, TimeZoneInfo.FindSystemTimeZoneById(Timezone!)),
    };

    public AutomationObject Show() => new(Prefix + Id, Type, Name, Status, AgentCall.Seconds(CreatedAt), new("developer"), Metadata ?? ImmutableDictionary<string, string>.Empty, Shown)
    {
        Expression = Expression,
        Timezone = Timezone,
        RunAt = AgentCall.Seconds(RunAt),
    };
}

/// <param name="Id">Without a prefix. A session that it makes has the same, so that it is made once.</param>
internal sealed record Invocation(string Id, string Status)
{
    public const string Kind = "agent_invocation";
    public const string Prefix = "autoinv_";
    public const string Queued = "queued";

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ScheduledAt { get; init; }
    public string? Session { get; init; }
    public string? Code { get; init; }
    public string? Message { get; init; }
    public string? SkipReason { get; init; }

    public static Document Document(Invocation invocation, string automation, Owner owner) =>
        new(Kind, invocation.Id, owner, JsonSerializer.SerializeToUtf8Bytes(invocation, AutomationJson.Default.Invocation)) { Parent = automation, CreatedAt = invocation.CreatedAt };

    public static Invocation Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, AutomationJson.Default.Invocation) ?? throw new InvalidDataException($"The invocation {document.Id} is empty.");

    public InvocationObject Show(Automation automation) => new(Prefix + Id, Automation.Prefix + automation.Id, AgentCall.Seconds(CreatedAt), Code is null ? null : new(Code, Message ?? ""),
        AgentCall.Seconds(ScheduledAt), Session is null ? null : AgentPrefix.Session + Session, SkipReason,
        ScheduledAt is null ? new("manual") : new("automation") { Automation = automation.Show() }, Status);
}

/// <summary>The stored form. A member that was written once is read for ever; a new one is nullable.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Automation))]
[JsonSerializable(typeof(Invocation))]
internal sealed partial class AutomationJson : JsonSerializerContext;
