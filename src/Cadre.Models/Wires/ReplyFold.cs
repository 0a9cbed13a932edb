using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Http;

namespace Cadre.Models.Wires;

/// <summary>Turns a wire's events into chunks to show and, at the end, into the reply. Throws <see cref="WireViolationException"/> and <see cref="JsonException"/> only.</summary>
internal abstract class ReplyFold(ModelRequest request)
{
    private readonly StringBuilder _text = new();

    /// <summary>Chunks to show since the last time they were taken.</summary>
    public List<ModelChunk> Chunks { get; } = [];

    /// <summary>The wire's own last event has come: nothing more is read.</summary>
    public bool IsEnded { get; protected set; }

    /// <summary>All facts of the reply are there, even if the connection now breaks.</summary>
    public bool IsComplete { get; protected set; }

    /// <summary>The endpoint's own word for having failed inside a stream.</summary>
    public ErrorBody? Error { get; protected set; }

    public bool ReportsUsage => Usage is not null;

    protected Usage? Usage { get; set; }

    protected string? Id { get; set; }

    protected string? Model { get; set; }

    protected StopReason Stop { get; set; } = StopReason.Finished;

    protected string Streamed => _text.ToString();

    public abstract void Read(string eventType, ReadOnlySpan<byte> data);

    /// <summary>A reply that was sent at once although a stream was asked for.</summary>
    public abstract void ReadWhole(ReadOnlySpan<byte> body);

    public ModelReply Finish(long requestBytes)
    {
        var (text, calls, raw) = Collect();
        var stop = Stop == StopReason.Finished && calls.Length > 0 ? StopReason.ToolCalls : Stop;
        var size = text.Length + calls.Sum(call => (long)call.Tool.Length + call.Arguments.Length);
        return new(
            request.Output is null ? text : JsonText.Extract(text), calls, stop,
            Usage ?? UsageReader.Estimate(requestBytes, size), Model ?? request.Model, Id, Raw: raw);
    }

    protected abstract (string Text, ImmutableArray<ToolRequest> Calls, JsonElement? Raw) Collect();

    protected void Say(string? delta)
    {
        if (string.IsNullOrEmpty(delta)) return;
        if (_text.Length + delta.Length > WireLimits.TextCharacters) throw new WireViolationException($"sent a text of more than {WireLimits.TextCharacters} characters.");
        _text.Append(delta);
        Chunks.Add(new ModelChunk.Text(delta));
    }

    protected void Think(string? delta)
    {
        if (!string.IsNullOrEmpty(delta)) Chunks.Add(new ModelChunk.Reasoning(delta));
    }

    protected void Refuse(string? delta)
    {
        if (string.IsNullOrEmpty(delta)) return;
        Stop = StopReason.ContentFilter;
        Say(delta);
    }
}
