using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Http;
using Cadre.Wire.ChatCompletions;

namespace Cadre.Models.Wires.ChatCompletions;

/// <summary>Reads a Chat Completions stream, with the deviations of the servers that speak it.</summary>
internal sealed class ChatCompletionsFold : ReplyFold
{
    private readonly CallBuilder _calls;
    private readonly ChatExtras _extras;

    public ChatCompletionsFold(ModelRequest request, string endpoint)
        : base(request)
    {
        _calls = new(Chunks);
        _extras = new(endpoint);
    }

    public override void Read(string eventType, ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            (IsComplete, IsEnded) = (true, true);
            return;
        }

        if (eventType == "error")
        {
            Error = ErrorBody.Parse(data.ToArray());
            return;
        }

        var chunk = JsonSerializer.Deserialize(data, ChatCompletionsJson.Default.ChatChunk) ?? throw new WireViolationException("sent a chunk that is null.");
        if (chunk.Error is { ValueKind: JsonValueKind.Object or JsonValueKind.String } error) Error = ErrorBody.Read(error);
        else if (chunk is { Choices: null, Usage: null, Id: null }) ReadForeign(data);
        else Apply(chunk);
    }

    public override void ReadWhole(ReadOnlySpan<byte> body)
    {
        var completion = JsonSerializer.Deserialize(body, ChatCompletionsJson.Default.ChatChunk)!;
        if (completion.Choices is not { Length: > 0 }) throw new WireViolationException("answered with JSON that is no chat completion.");
        Apply(completion);
        (IsComplete, IsEnded) = (true, true);
    }

    protected override (string Text, ImmutableArray<ToolRequest> Calls, JsonElement? Raw) Collect() =>
        (Streamed, [.. _calls.Requests], _extras.Collect(_calls.Count > 0));

    private void Apply(ChatChunk chunk)
    {
        Id ??= chunk.Id;
        Model ??= chunk.Model;
        Usage = UsageReader.Read(chunk.Usage) ?? Usage;
        foreach (var choice in chunk.Choices ?? [])
        {
            if (choice.Index is > 0) continue;
            if ((choice.Delta ?? choice.Message) is { } message) Apply(message);
            if (choice.FinishReason is not { Length: > 0 } reason) continue;
            if (reason == "error") Error = new("The model failed inside its reply.", Code: "server_error");
            else Finish(reason);
        }
    }

    private void Apply(ChatMessage message)
    {
        Think(_extras.Reasoning("reasoning_content", message.ReasoningContent) ?? _extras.Reasoning("reasoning", message.Reasoning));
        Say(message.Content);
        Refuse(message.Refusal);
        _extras.Merge(message.Unknown);
        foreach (var piece in message.ToolCalls ?? []) Apply(piece);
    }

    private void Apply(ChatToolCall piece)
    {
        var call = Find(piece) ?? _calls.Add(piece.Index, piece.Id);
        _calls.Name(call, piece.Function?.Name);
        _calls.Append(call, piece.Function?.Arguments);
        _extras.MergeCall(call.Id, piece.Unknown);
    }

    /// <summary>
    /// A piece belongs to the call of its index. Some servers leave the index out (the piece continues the last call unless it has an id of its own),
    /// others give each parallel call the index 0 (a second id together with a name begins another call).
    /// </summary>
    private CallBuilder.Growing? Find(ChatToolCall piece)
    {
        var beginsCall = !string.IsNullOrEmpty(piece.Id) && !string.IsNullOrEmpty(piece.Function?.Name);
        var found = piece.Index is { } index ? _calls.Find(call => call.Index == index)
            : string.IsNullOrEmpty(piece.Id) ? (string.IsNullOrEmpty(piece.Function?.Name) ? _calls.Last : null)
            : _calls.Find(call => call.SentId == piece.Id);
        return found is not null && beginsCall && found.SentId != piece.Id && found.Name.Length > 0 ? null : found;
    }

    private void Finish(string reason)
    {
        IsComplete = true;
        if (Stop == StopReason.ContentFilter) return;
        Stop = reason switch
        {
            "length" => StopReason.Length,
            "content_filter" => StopReason.ContentFilter,
            _ => StopReason.Finished,
        };
    }

    /// <summary>Not a chunk: older vLLM sends its error bare; anything else is an addition of the server's own and is skipped.</summary>
    private void ReadForeign(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        var root = JsonElement.ParseValue(ref reader);
        var isError = root.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
            && (root.TryGetProperty("code", out _) || root.TryGetProperty("type", out _));
        if (isError) Error = ErrorBody.Read(root);
    }
}
