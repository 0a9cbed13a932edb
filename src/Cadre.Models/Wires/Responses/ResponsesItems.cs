using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Wire.Responses;

namespace Cadre.Models.Wires.Responses;

/// <summary>What a list of output items says.</summary>
/// <param name="IsPlain">They hold nothing beside text and calls.</param>
internal sealed record ResponsesItems(string Text, ImmutableArray<ToolRequest> Calls, bool IsRefusal, bool IsPlain)
{
    public static ResponsesItems Read(IEnumerable<JsonElement> items)
    {
        var texts = new List<string>();
        var calls = ImmutableArray.CreateBuilder<ToolRequest>();
        var (isPlain, isRefusal) = (true, false);
        foreach (var raw in items)
        {
            var type = TypeOf(raw);
            if (type is not ("message" or "function_call"))
            {
                isPlain = false;
                continue;
            }

            var item = raw.Deserialize(ResponsesJson.Default.ResponsesItem)!;
            isPlain &= item.Unknown is null || item.Unknown.Values.All(value => value.ValueKind == JsonValueKind.Null);
            if (type == "function_call")
            {
                calls.Add(new(item.CallId ?? item.Id ?? "", item.Name ?? "", item.Arguments ?? ""));
                continue;
            }

            var parts = item.Content ?? [];
            texts.Add(string.Concat(parts.Select(part => part.Text ?? part.Refusal)));
            isRefusal |= Array.Exists(parts, part => part.Type == "refusal");
            isPlain &= Array.TrueForAll(parts, part => part.Type is "output_text" or "refusal" && part.Annotations is not { ValueKind: JsonValueKind.Array } annotations
                || part.Annotations?.GetArrayLength() == 0);
        }

        return new(string.Join("\n\n", texts.Where(text => text.Length > 0)), calls.ToImmutable(), isRefusal, isPlain);
    }

    public bool Says(Message.Assistant message) =>
        (Text == message.Text || JsonText.Extract(Text) == message.Text) && Calls.SequenceEqual(message.Calls);

    /// <summary>A reasoning item without its content is a reference into a store that we asked the provider not to keep.</summary>
    public static bool CanBeGivenBack(JsonElement item) =>
        TypeOf(item) != "reasoning" || HasContent(item, "encrypted_content") || HasContent(item, "content");

    public static string? TypeOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private static bool HasContent(JsonElement item, string member) => item.TryGetProperty(member, out var value) && value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        _ => false,
    };
}
