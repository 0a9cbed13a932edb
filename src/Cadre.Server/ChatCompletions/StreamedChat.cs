using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cadre.Server.ChatCompletions;

/// <summary>A streamed completion put together as a <c>chat.completion</c>.</summary>
internal static class StreamedChat
{
    /// <param name="events">Server-sent events; those after <c>[DONE]</c> do not count.</param>
    /// <exception cref="JsonException">An event is no JSON.</exception>
    public static JsonElement? Fold(ReadOnlySpan<byte> events)
    {
        JsonObject? completion = null;
        var choices = new SortedDictionary<int, JsonObject>();
        foreach (var range in events.Split((byte)'\n'))
        {
            var line = events[range].TrimEnd((byte)'\r');
            if (!line.StartsWith("data:"u8)) continue;
            var data = line["data:"u8.Length..].Trim((byte)' ');
            if (data.SequenceEqual("[DONE]"u8)) break;
            if (JsonNode.Parse(data) is not JsonObject chunk || chunk["id"] is null) continue;
            completion ??= Begin(chunk);
            if (chunk["usage"] is JsonObject usage) completion["usage"] = usage.DeepClone();
            foreach (var choice in (chunk["choices"] as JsonArray ?? []).OfType<JsonObject>()) Add(choices, choice);
        }

        if (completion is null) return null;
        completion["choices"] = new JsonArray([.. choices.Values]);
        return JsonElement.Parse(Encoding.UTF8.GetBytes(completion.ToJsonString()));
    }

    private static JsonObject Begin(JsonObject chunk)
    {
        var completion = (JsonObject)chunk.DeepClone();
        completion["object"] = "chat.completion";
        return completion;
    }

    private static void Add(SortedDictionary<int, JsonObject> choices, JsonObject choice)
    {
        var index = Index(choice);
        if (!choices.TryGetValue(index, out var whole))
        {
            whole = new()
            {
                ["index"] = index,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = null, ["refusal"] = null },
                ["logprobs"] = null,
                ["finish_reason"] = "stop",
            };
            choices[index] = whole;
        }

        if (choice["finish_reason"] is JsonValue finish) whole["finish_reason"] = finish.DeepClone();
        if (choice["delta"] is JsonObject delta) Merge((JsonObject)whole["message"]!, delta);
    }

    /// <summary>Texts grow, calls are found by their index, everything else is replaced.</summary>
    private static void Merge(JsonObject whole, JsonObject delta)
    {
        foreach (var (name, value) in delta)
        {
            switch (value)
            {
                case JsonArray calls when name == "tool_calls":
                    if (whole[name] is not JsonArray known) whole[name] = known = [];
                    foreach (var call in calls.OfType<JsonObject>()) Merge(CallAt(known, Index(call)), call);
                    break;
                case JsonObject inner:
                    if (whole[name] is not JsonObject outer) whole[name] = outer = [];
                    Merge(outer, inner);
                    break;
                case JsonValue text when name is "content" or "refusal" or "arguments" or "reasoning_content" or "reasoning" && text.GetValueKind() == JsonValueKind.String:
                    whole[name] = (whole[name]?.GetValue<string>() ?? "") + text.GetValue<string>();
                    break;
                case not null when name != "index":
                    whole[name] = value.DeepClone();
                    break;
            }
        }
    }

    private static JsonObject CallAt(JsonArray calls, int index)
    {
        // An index far beyond the calls so far is an endpoint's mistake, not a reason for that many empty calls.
        index = Math.Min(index, calls.Count);
        if (index == calls.Count) calls.Add((JsonNode)new JsonObject());
        return (JsonObject)calls[index]!;
    }

    private static int Index(JsonObject item) =>
        item["index"] is JsonValue index && int.TryParse(index.ToJsonString(), CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : 0;
}
