using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Storage.Documents;

namespace Cadre.Server.Webhooks;

/// <summary>An address that is told what happens in an organisation.</summary>
/// <param name="Secret">"whsec_" and base64, as the Standard Webhooks specification has it.</param>
/// <param name="Events">Types it wants; empty: all.</param>
public sealed record Webhook(string Id, Uri Url, string Secret, ImmutableArray<string> Events)
{
    public const string Kind = "webhook";
    public const int MaxPerOrganisation = 50;
    private const string SecretPrefix = "whsec_";
    private const int SecretBytes = 24;

    public string? Description { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    public bool Wants(string type) => Events.IsDefaultOrEmpty || Events.Contains(type);

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>The <c>webhook-signature</c> of a message (Standard Webhooks, "Signature scheme").</summary>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var prefix = Encoding.UTF8.GetBytes($"{id}.{timestamp}.");
        var signed = new byte[prefix.Length + body.Length];
        prefix.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(prefix.Length));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret[SecretPrefix.Length..]), signed));
    }

    public static Webhook Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, WebhookJson.Default.Webhook) ?? throw new InvalidDataException($"The webhook {document.Id} is empty.");
}

/// <summary>One event on its way to one webhook, and what became of it.</summary>
/// <param name="Event">Id of the event: the same for every attempt and replay, so a receiver can tell repetitions.</param>
/// <param name="Payload">JSON, as it is sent.</param>
public sealed record Delivery(string Id, string Webhook, string Event, string Type, string Payload)
{
    public const string Kind = "webhook_delivery";

    public DeliveryState State { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is tried next; null when it is not.</summary>
    public DateTimeOffset? NextAt { get; init; }

    public ImmutableArray<DeliveryAttempt> Attempts { get; init; } = [];

    public static Delivery Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, WebhookJson.Default.Delivery) ?? throw new InvalidDataException($"The delivery {document.Id} is empty.");
}

[JsonConverter(typeof(JsonStringEnumConverter<DeliveryState>))]
public enum DeliveryState
{
    Pending,
    Delivered,

    /// <summary>Given up after the last attempt; it can be replayed.</summary>
    Failed,
}

/// <param name="Status">HTTP status of the answer; null when there was none.</param>
/// <param name="Problem">Why it did not count; null when it was delivered.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, int? Status, string? Problem, long DurationMs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Webhook))]
[JsonSerializable(typeof(Delivery))]
internal sealed partial class WebhookJson : JsonSerializerContext;
