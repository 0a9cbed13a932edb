using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cadre.Engine.Runs;

namespace Cadre.Storage.Jsonl;

/// <summary>
/// How an event of one kind is written and read: its type first, then its members by the code generated for exactly that kind. The result is what
/// <see cref="RunJson"/> makes of a <see cref="RunEvent"/>, at half the cost: for a base type the serializer does not use the generated code.
/// </summary>
/// <param name="Opening">The object's beginning, up to the end of its type; the members' own opening brace becomes the comma after it.</param>
internal sealed record EventForm(byte[] Opening, JsonTypeInfo Body)
{
    private static readonly FrozenDictionary<Type, EventForm> Forms = RunJson.Default.RunEvent.PolymorphismOptions!.DerivedTypes.ToFrozenDictionary(
        derived => derived.DerivedType,
        derived => new EventForm(Encoding.UTF8.GetBytes($"{{\"type\":\"{derived.TypeDiscriminator}\""), RunJson.Default.GetTypeInfo(derived.DerivedType)!));

    private static readonly EventForm[] Known = [.. Forms.Values];

    public static EventForm Of(RunEvent @event) => Forms[@event.GetType()];

    /// <summary>The form an event was written in; null for JSON that does not begin as this version's does, which the serializer may know all the same.</summary>
    public static EventForm? Of(ReadOnlySpan<byte> json)
    {
        foreach (var form in Known)
        {
            if (json.StartsWith(form.Opening) && json.Length > form.Opening.Length && json[form.Opening.Length] is (byte)',') return form;
        }

        return null;
    }

    /// <summary>An event from its JSON. Null only for the JSON null.</summary>
    /// <exception cref="JsonException">It cannot be read; <see cref="WhyUnreadable"/> says why.</exception>
    public static RunEvent? Read(ReadOnlySpan<byte> json) => Of(json) is { } form
        ? (RunEvent?)JsonSerializer.Deserialize(json, form.Body)
        : JsonSerializer.Deserialize(json, RunJson.Default.RunEvent);

    public static string WhyUnreadable(ReadOnlySpan<byte> @event, JsonException unreadable)
    {
        var reader = new Utf8JsonReader(@event);
        try
        {
            var type = JsonElement.ParseValue(ref reader) is { ValueKind: JsonValueKind.Object } fields
                && fields.TryGetProperty("type", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            var known = RunJson.Default.RunEvent.PolymorphismOptions!.DerivedTypes.Any(derived => Equals(derived.TypeDiscriminator, type));
            if (type is not null && !known) return $"this version of Cadre does not know events of type '{type}'; a newer one wrote it";
        }
        catch (JsonException)
        {
            return "it is not JSON";
        }

        return $"its members are not what they should be ({unreadable.Path})";
    }
}
