using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Http;
using Cadre.Wire.Responses;

namespace Cadre.Models.Wires.Responses;

/// <summary>Reads a Responses stream. The finished items are the facts; deltas are for showing, and stand in for items that an endpoint leaves out.</summary>
internal sealed class ResponsesFold : ReplyFold
{
    private readonly string _endpoint;
    private readonly CallBuilder _calls;
    private readonly SortedDictionary<int, JsonElement> _done = [];
    private readonly Dictionary<string, CallBuilder.Growing> _byItem = [];
    private JsonElement[] _output = [];
    private long _rawCharacters;

    public ResponsesFold(ModelRequest request, string endpoint)
        : base(request)
    {
        _endpoint = endpoint;
        _calls = new(Chunks);
    }

    public override void Read(string eventType, ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            IsEnded = true;
            return;
        }

        var type = eventType is "" or "message" ? EventType.Peek(data) : eventType;
        switch (type)
        {
            case "response.output_text.delta":
                Say(Parse(data).Delta);
                break;
            case "response.refusal.delta":
                Refuse(Parse(data).Delta);
                break;
            case "response.reasoning_text.delta" or "response.reasoning_summary_text.delta":
                Think(Parse(data).Delta);
                break;
            case "response.output_item.added":
                Add(Parse(data));
                break;
            case "response.function_call_arguments.delta":
                var piece = Parse(data);
                if (Find(piece) is { } growing) _calls.Append(growing, piece.Delta);
                break;
            case "response.function_call_arguments.done":
                var whole = Parse(data);
                if (Find(whole) is { Arguments.Length: 0 } silent) _calls.Append(silent, whole.Arguments);
                break;
            case "response.output_item.done":
                Complete(Parse(data));
                break;
            case "response.completed" or "response.incomplete" or "response.failed" or "response.cancelled":
                End(Parse(data).Response ?? throw new WireViolationException($"sent {type} without a response."));
                break;
            case "error" or null:
                Error = ErrorBody.Parse(data.ToArray());
                break;
            case not null when type.StartsWith("response.", StringComparison.Ordinal):
                EventType.RequireJson(data);
                break;
        }
    }

    public override void ReadWhole(ReadOnlySpan<byte> body)
    {
        var reply = JsonSerializer.Deserialize(body, EventType.Reply)!;
        if (reply.Output is null && reply.Error is null && reply.Status is null) throw new WireViolationException("answered with JSON that is no response.");
        foreach (var (index, item) in (reply.Output ?? []).Index())
        {
            if (ResponsesItems.TypeOf(item) == "function_call") Add(new() { OutputIndex = index, Item = item });
        }

        End(reply);
        var said = ResponsesItems.Read(_output);
        Say(said.Text);
    }

    protected override (string Text, ImmutableArray<ToolRequest> Calls, JsonElement? Raw) Collect()
    {
        JsonElement[] items = _done.Count > 0 ? [.. _done.Values] : _output;
        var said = ResponsesItems.Read(items);
        if (said.IsRefusal) Stop = StopReason.ContentFilter;
        var calls = said.Calls.IsEmpty || said.Calls.Any(call => call.CallId.Length == 0) ? [.. _calls.Requests] : Distinct(said.Calls);
        var raw = said.IsPlain ? (JsonElement?)null : ProviderExtras.Write(ResponsesWire.Name, _endpoint, json =>
        {
            json.WriteStartArray("items");
            foreach (var item in items) item.WriteTo(json);
            json.WriteEndArray();
        });
        return (said.Text.Length > 0 ? said.Text : Streamed, calls, raw);
    }

    /// <summary>Two calls under one id could not be told apart later; the ids shown while streaming are distinct already.</summary>
    private ImmutableArray<ToolRequest> Distinct(ImmutableArray<ToolRequest> calls) =>
        calls.DistinctBy(call => call.CallId).Count() == calls.Length ? calls : [.. _calls.Requests];

    private static ResponsesEvent Parse(ReadOnlySpan<byte> data) => JsonSerializer.Deserialize(data, ResponsesJson.Default.ResponsesEvent)!;

    private void Add(ResponsesEvent added)
    {
        if (added.Item is not { } raw || ResponsesItems.TypeOf(raw) != "function_call") return;
        var item = raw.Deserialize(ResponsesJson.Default.ResponsesItem)!;
        var call = _calls.Add(added.OutputIndex, item.CallId ?? item.Id);
        if (item.Id is { Length: > 0 } id) _byItem[id] = call;
        _calls.Name(call, item.Name);
        _calls.Append(call, item.Arguments);
    }

    private CallBuilder.Growing? Find(ResponsesEvent piece) =>
        piece.OutputIndex is { } index && _calls.Find(call => call.Index == index) is { } byIndex ? byIndex
        : piece.ItemId is { } id && _byItem.TryGetValue(id, out var byId) ? byId
        : null;

    private void Complete(ResponsesEvent done)
    {
        if (done.Item is not { ValueKind: JsonValueKind.Object } item) throw new WireViolationException("sent response.output_item.done without an item.");
        if (_done.Count == WireLimits.OutputItems) throw new WireViolationException($"sent more than {WireLimits.OutputItems} output items.");
        var text = item.GetRawText();
        _rawCharacters += text.Length;
        if (_rawCharacters > WireLimits.RawCharacters) throw new WireViolationException($"sent output items of more than {WireLimits.RawCharacters} characters.");
        _done[done.OutputIndex ?? _done.Count] = item;
        if (ResponsesItems.TypeOf(item) != "function_call") return;
        if (_calls.Find(call => call.Index == done.OutputIndex) is null) Add(done);
        if (_calls.Count > WireLimits.Calls || text.Length > WireLimits.ArgumentCharacters * 2)
            throw new WireViolationException($"sent arguments of more than {WireLimits.ArgumentCharacters} characters for one tool call.");
    }

    private void End(ResponsesReply reply)
    {
        (Id, Model, Usage) = (reply.Id, reply.Model, UsageReader.Read(reply.Usage));
        _output = reply.Output ?? [];
        if (reply.Status is "failed" or "cancelled" || reply.Error is { ValueKind: JsonValueKind.Object })
        {
            Error = reply.Error is { ValueKind: JsonValueKind.Object } error ? ErrorBody.Read(error) : new($"The response was {reply.Status}.", Code: "server_error");
            return;
        }

        if (reply.IncompleteDetails is { Reason: var reason }) Stop = reason == "content_filter" ? StopReason.ContentFilter : StopReason.Length;
        (IsComplete, IsEnded) = (true, true);
    }
}
