using System.Text;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Cadre.Wire.ChatCompletions;

namespace Cadre.Server.ChatCompletions;

/// <summary>A run as the one message that Chat Completions answers with: what was said in all turns, and the calls that the caller has to make.</summary>
internal sealed class ChatAnswer(string id, long created, string model, ChatRequest request)
{
    private const string BetweenTurns = "\n\n";

    private readonly StringBuilder _text = new();
    private int _lastTurn = -1;
    private string _finish = "stop";

    /// <summary>Set when there is no answer.</summary>
    public ApiException? Failure { get; private set; }

    /// <summary>Takes in an update; true when there will be nothing more.</summary>
    /// <param name="delta">What is to be shown of it.</param>
    public bool Take(RunTimeline timeline, RunUpdate update, out string delta)
    {
        delta = "";
        switch (update)
        {
            case RunUpdate.TextDelta { Delta: var piece, Turn: var turn } when !request.IsStructured:
                delta = turn != _lastTurn && _text.Length > 0 ? BetweenTurns + piece : piece;
                _lastTurn = turn;
                _text.Append(delta);
                return false;
            case RunUpdate.TextVoid when !request.Streams:
                return false;
            case RunUpdate.TextVoid when _text.Length > 0:
                Failure = new(502, "The model was asked again after it had failed, and answered differently; what was streamed is void.") { Type = "server_error", Code = "upstream_cut" };
                return true;
            case RunUpdate.Fact when timeline.Outcome is { } outcome:
                delta = End(outcome);
                return true;
            case RunUpdate.Fact when timeline.Phase == RunPhase.AwaitingCaller:
                _finish = "tool_calls";
                return true;
            default:
                return false;
        }
    }

    public ChatCompletion Whole(RunTimeline timeline)
    {
        var calls = Calls(timeline, indexed: false);
        var text = request.Streams || request.IsStructured ? _text.ToString() : Said(timeline);
        var message = new ChatCompletionMessage(text.Length == 0 && calls is not null ? null : text, calls);
        return new(id, created, model, [new(0, message, _finish)]) { Usage = UsageOf(timeline), Metadata = request.Stores ? request.Metadata ?? new Dictionary<string, string>() : null };
    }

    public ChatCompletionChunk First() => Chunk(new() { Role = "assistant", Content = "" }, null);

    public ChatCompletionChunk Delta(string text) => Chunk(new() { Content = text }, null);

    public IEnumerable<ChatCompletionChunk> Last(RunTimeline timeline)
    {
        if (Calls(timeline, indexed: true) is { } calls) yield return Chunk(new() { ToolCalls = calls }, null);
        yield return Chunk(new(), _finish);
        if (request.StreamsUsage) yield return new(id, created, model, []) { Usage = UsageOf(timeline) };
    }

    private string End(RunOutcome outcome)
    {
        (_finish, Failure) = outcome switch
        {
            { Status: RunStatus.Completed } => ("stop", null),
            { Status: RunStatus.Incomplete, Limit: OutcomeLimit.ContentFilter } => ("content_filter", null),
            { Status: RunStatus.Incomplete } => ("length", null),
            _ => (_finish, ChatFailure.Of(outcome)),
        };
        if (!request.IsStructured || Failure is not null) return "";
        _text.Append(outcome.Output);
        return outcome.Output;
    }

    /// <summary>The recorded texts: what was streamed and then said differently is not among them.</summary>
    private static string Said(RunTimeline timeline) => string.Join(BetweenTurns, timeline.Turns.Select(turn => turn.Reply.Text).Where(text => text.Length > 0));

    private ChatCompletionCall[]? Calls(RunTimeline timeline, bool indexed)
    {
        if (_finish != "tool_calls") return null;
        return [.. timeline.Turns[^1].Calls.Where(call => call is { IsCallers: true, Finished: null })
            .Select((call, index) => new ChatCompletionCall(call.Request.CallId, new(call.Request.Tool, call.Request.Arguments), indexed ? index : null))];
    }

    private static ChatCompletionUsage UsageOf(RunTimeline timeline)
    {
        var usage = timeline.Turns.Aggregate(default(Usage), (sum, turn) => sum + turn.Reply.Usage);
        return new(usage.Input, usage.Output, usage.Total) { PromptTokensDetails = new(usage.CachedInput), CompletionTokensDetails = new(usage.Reasoning) };
    }

    private ChatCompletionChunk Chunk(ChatChunkDelta delta, string? finish) => new(id, created, model, [new(0, delta, finish)]);
}
