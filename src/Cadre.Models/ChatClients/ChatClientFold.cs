using System.Text;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Http;
using Cadre.Models.Wires;
using Microsoft.Extensions.AI;

namespace Cadre.Models.ChatClients;

/// <summary>Puts a reply together from a chat client's updates.</summary>
internal sealed class ChatClientFold
{
    private readonly ModelRequest _request;
    private readonly StringBuilder _text = new();
    private readonly List<ModelChunk> _chunks = [];
    private readonly List<TextReasoningContent> _thoughts = [];
    private readonly CallBuilder _calls;
    private ChatFinishReason? _finish;
    private UsageDetails? _usage;
    private string? _model;
    private string? _id;
    private long _rawCharacters;

    public ChatClientFold(ModelRequest request)
    {
        _request = request;
        _calls = new(_chunks);
    }

    public IReadOnlyList<ModelChunk> TakeChunks()
    {
        ModelChunk[] taken = [.. _chunks];
        _chunks.Clear();
        return taken;
    }

    /// <summary>The failure that the update tells of; null when it tells of none.</summary>
    public ModelFailure? Read(ChatResponseUpdate update)
    {
        (_model, _id, _finish) = (update.ModelId ?? _model, update.ResponseId ?? _id, update.FinishReason ?? _finish);
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextReasoningContent thought:
                    Think(thought);
                    break;
                case TextContent { Text.Length: > 0 } text:
                    Say(text.Text);
                    break;
                case FunctionCallContent { InformationalOnly: false } call:
                    var growing = _calls.Add(null, call.CallId);
                    _calls.Name(growing, call.Name);
                    _calls.Append(growing, ChatClientArguments.Write(call.Arguments));
                    break;
                case UsageContent usage when _usage is null:
                    _usage = usage.Details;
                    break;
                case UsageContent usage:
                    _usage.Add(usage.Details);
                    break;
                case ErrorContent error:
                    return ChatClientFailures.Of(error);
            }
        }

        return null;
    }

    public ModelReply Finish()
    {
        var calls = _calls.Requests.ToArray();
        var text = _text.ToString();
        var stop = _finish == ChatFinishReason.Length ? StopReason.Length
            : _finish == ChatFinishReason.ContentFilter ? StopReason.ContentFilter
            : calls.Length > 0 ? StopReason.ToolCalls
            : StopReason.Finished;
        return new(_request.Output is null ? text : JsonText.Extract(text), [.. calls], stop, CountUsage(text, calls), _model ?? _request.Model, _id, Raw: Extras());
    }

    private void Say(string delta)
    {
        if (_text.Length + delta.Length > WireLimits.TextCharacters) throw new WireViolationException($"sent a text of more than {WireLimits.TextCharacters} characters.");
        _text.Append(delta);
        _chunks.Add(new ModelChunk.Text(delta));
    }

    private void Think(TextReasoningContent thought)
    {
        _rawCharacters += thought.Text.Length + (thought.ProtectedData?.Length ?? 0);
        if (_rawCharacters > WireLimits.RawCharacters) throw new WireViolationException($"sent thoughts of more than {WireLimits.RawCharacters} characters.");
        if (thought.ProtectedData is not null) _thoughts.Add(thought);
        if (thought.Text.Length > 0) _chunks.Add(new ModelChunk.Reasoning(thought.Text));
    }

    private Usage CountUsage(string text, ToolRequest[] calls)
    {
        if (_usage is { InputTokenCount: >= 0 and var input, OutputTokenCount: >= 0 and var output })
            return new(input, output, Math.Clamp(_usage.CachedInputTokenCount ?? 0, 0, input), Math.Clamp(_usage.ReasoningTokenCount ?? 0, 0, output));
        var asked = (_request.Instructions?.Length ?? 0) + _request.Messages.Sum(message => (long)message.PlainText.Length);
        return UsageReader.Estimate(asked, text.Length + calls.Sum(call => (long)call.Tool.Length + call.Arguments.Length));
    }

    private JsonElement? Extras() => _thoughts.Count == 0 ? null : ProviderExtras.Write(ChatClientRequest.Name, ChatClientRequest.AnyEndpoint, json =>
    {
        json.WriteStartArray("reasoning");
        foreach (var thought in _thoughts)
        {
            json.WriteStartObject();
            json.WriteString("text", thought.Text);
            json.WriteString("protected_data", thought.ProtectedData);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
