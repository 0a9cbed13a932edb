using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;

namespace Cadre.Server.Responses.Sockets;

/// <summary>What one connection is about: the response in progress, and what steers it.</summary>
internal sealed class Session(Caller caller, SocketSender sender)
{
    /// <summary>Submissions that may wait for the end of a response.</summary>
    private const int MaxSteers = 16;

    private readonly Lock _lock = new();
    private readonly List<(string Id, JsonNode Input)> _steers = [];
    private StoredResponse? _active;
    private int _sent;

    public Caller Caller => caller;
    public SocketSender Sender => sender;

    /// <summary>The last response, when it is not stored: the next one may go on from it.</summary>
    public RunTimeline? Last { get; set; }

    /// <summary>To be forgotten with the connection.</summary>
    public ImmutableArray<RunId> Unstored { get; set; } = [];

    public void Begin(StoredResponse response)
    {
        lock (_lock) _active = response;
    }

    /// <summary>Takes input for the response that follows the one in progress.</summary>
    public async ValueTask SteerAsync(Fields body)
    {
        var target = body.RequiredText("previous_response_id");
        var input = body.Any("input") is { } given ? JsonNode.Parse(given.GetRawText())! : throw ApiException.Missing("input");
        string? refusal = null;
        var id = $"steer_{Ids.New()}";
        lock (_lock)
        {
            if (_active is null) refusal = "response_not_active";
            else if (_active.Id != target) refusal = "response_not_found";
            else if (_active.Conversation is not null) refusal = "steering_not_supported";
            else if (_steers.Count == MaxSteers) refusal = "too_many_pending_steers";
            else _steers.Add((id, input));
        }

        await (refusal is null ? TellAsync("response.steer.accepted", id, target) : FailAsync(refusal, null, target, input));
    }

    /// <summary>The response in progress has ended.</summary>
    /// <returns>A request for the response that what steered it asks for; null when there is none.</returns>
    public async ValueTask<Fields?> EndAsync(RunTimeline timeline, Fields request)
    {
        StoredResponse ended;
        (string Id, JsonNode Input)[] steers;
        lock (_lock)
        {
            ended = _active!;
            _active = null;
            steers = [.. _steers];
            _steers.Clear();
        }

        if (steers.Length == 0) return null;
        if (timeline.Outcome?.Status != RunStatus.Completed || timeline.State.History.Last is Message.Assistant { Calls.IsDefaultOrEmpty: false })
        {
            foreach (var (id, input) in steers) await FailAsync("successor_creation_failed", id, ended.Id, input);
            return null;
        }

        var next = JsonNode.Parse(request.Raw.GetRawText())!.AsObject();
        var items = new JsonArray();
        foreach (var (_, input) in steers)
        {
            if (input is JsonArray list) foreach (var item in list.ToArray()) items.Add(item?.DeepClone());
            else items.Add(new JsonObject { ["role"] = "user", ["content"] = input.DeepClone() });
        }

        next["input"] = items;
        next["previous_response_id"] = ended.Id;
        return RequestBody.Parse(System.Text.Encoding.UTF8.GetBytes(next.ToJsonString()));
    }

    private ValueTask TellAsync(string type, string id, string target) => sender.SendAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteNumber("sequence_number"u8, Interlocked.Increment(ref _sent) - 1);
        json.WriteStartObject("steer"u8);
        json.WriteString("id"u8, id);
        json.WriteString("previous_response_id"u8, target);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private ValueTask FailAsync(string code, string? id, string target, JsonNode input) => sender.SendAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "response.steer.failed"u8);
        json.WriteNumber("sequence_number"u8, Interlocked.Increment(ref _sent) - 1);
        json.WriteStartObject("steer"u8);
        if (id is not null) json.WriteString("id"u8, id);
        json.WriteString("previous_response_id"u8, target);
        json.WritePropertyName("input"u8);
        input.WriteTo(json);
        json.WriteEndObject();
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, ApiException.InvalidRequest);
        json.WriteString("code"u8, code);
        json.WriteString("message"u8, code switch
        {
            "response_not_active" => "No response is in progress on this connection.",
            "response_not_found" => "The response is not the one in progress on this connection.",
            "steering_not_supported" => "A response of a conversation cannot be steered.",
            "too_many_pending_steers" => $"More than {MaxSteers} submissions wait for this response.",
            _ => "The response did not end with an answer that the input could follow. Send it with the next response.create.",
        });
        json.WriteEndObject();
        json.WriteEndObject();
    });
}
