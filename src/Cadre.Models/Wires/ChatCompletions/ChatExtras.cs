using System.Text;
using System.Text.Json;
using Cadre.Models.Http;

namespace Cadre.Models.Wires.ChatCompletions;

/// <summary>
/// Members of a message and of its calls that Cadre has no name for, put together from their pieces: strings are joined, lists are joined, anything else
/// is replaced. Signatures of thoughts travel so, and providers ask for them back.
/// </summary>
internal sealed class ChatExtras(string endpoint)
{
    private readonly Dictionary<string, Pieces> _message = [];
    private readonly Dictionary<string, Dictionary<string, Pieces>> _calls = [];
    private readonly StringBuilder _reasoning = new();
    private string? _reasoningMember;
    private long _size;

    public string? Reasoning(string member, string? delta)
    {
        if (string.IsNullOrEmpty(delta)) return null;
        Grow(delta.Length);
        _reasoningMember ??= member;
        _reasoning.Append(delta);
        return delta;
    }

    public void Merge(Dictionary<string, JsonElement>? members) => Merge(_message, members);

    public void MergeCall(string callId, Dictionary<string, JsonElement>? members)
    {
        if (members is null) return;
        if (!_calls.TryGetValue(callId, out var known)) _calls[callId] = known = [];
        Merge(known, members);
    }

    /// <param name="keepsReasoning">Thoughts are asked for again only inside a chain of tool calls.</param>
    public JsonElement? Collect(bool keepsReasoning)
    {
        var thoughts = keepsReasoning && _reasoning.Length > 0 ? _reasoningMember : null;
        var calls = _calls.Where(call => call.Value.Count > 0).ToArray();
        if (thoughts is null && _message.Count == 0 && calls.Length == 0) return null;
        return ProviderExtras.Write(ChatCompletionsWire.Name, endpoint, json =>
        {
            json.WriteStartObject("message");
            if (thoughts is not null) json.WriteString(thoughts, _reasoning.ToString());
            foreach (var (name, pieces) in _message) pieces.Write(json, name);
            json.WriteEndObject();
            json.WriteStartObject("calls");
            foreach (var (callId, members) in calls)
            {
                json.WriteStartObject(callId);
                foreach (var (name, pieces) in members) pieces.Write(json, name);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    private void Merge(Dictionary<string, Pieces> known, Dictionary<string, JsonElement>? members)
    {
        foreach (var (name, value) in members ?? [])
        {
            if (IsEmpty(value)) continue;
            Grow(name.Length + value.GetRawText().Length);
            if (!known.TryGetValue(name, out var pieces)) known[name] = pieces = new();
            pieces.Add(value);
        }
    }

    private void Grow(int characters)
    {
        _size += characters;
        if (_size > WireLimits.RawCharacters) throw new WireViolationException($"sent more than {WireLimits.RawCharacters} characters beside text and calls.");
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };

    private sealed class Pieces
    {
        private readonly List<JsonElement> _values = [];

        public void Add(JsonElement value)
        {
            if (_values.Count > 0 && (_values[0].ValueKind != value.ValueKind || value.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))) _values.Clear();
            _values.Add(value);
        }

        public void Write(Utf8JsonWriter json, string name)
        {
            json.WritePropertyName(name);
            if (_values is [var only]) only.WriteTo(json);
            else if (_values[0].ValueKind == JsonValueKind.String) json.WriteStringValue(string.Concat(_values.Select(value => value.GetString())));
            else
            {
                json.WriteStartArray();
                foreach (var item in _values.SelectMany(list => list.EnumerateArray())) item.WriteTo(json);
                json.WriteEndArray();
            }
        }
    }
}
