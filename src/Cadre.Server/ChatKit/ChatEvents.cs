using System.Text;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.HostedTools;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Wire.ChatKit;

namespace Cadre.Server.ChatKit;

/// <summary>A run's updates as the protocol's events. Holds what was begun and is not done; no I/O.</summary>
/// <param name="run">What is folded into it was told before, or to nobody.</param>
internal sealed class ChatEvents(string thread, RunTimeline run)
{
    private readonly StringBuilder _words = new();
    private string? _text;

    public IEnumerable<ChatEvent> On(RunUpdate update, DateTimeOffset now) => update switch
    {
        RunUpdate.TextDelta e => Text(e.Turn, e.Delta, now),
        RunUpdate.TextVoid => VoidText(),
        RunUpdate.Fact { Event: RunEvent.TurnFinished e } => ReplyFinished(e),
        RunUpdate.Fact { Event: RunEvent.CallStarted e } when Find(e.CallId) is { } call => CallStarted(call, e.At),
        RunUpdate.Fact { Event: RunEvent.CallFinished e } when Find(e.CallId) is { } call && IsClients(call) => [new ChatEvent.ItemDone(ToolItem(call, e.At, e.Result.Output))],
        RunUpdate.Fact { Event: RunEvent.Ended e } => Ended(e.Outcome),
        _ => [],
    };

    private IEnumerable<ChatEvent> Text(int turn, string delta, DateTimeOffset now)
    {
        if (_text is null)
        {
            _text = ChatView.ItemPrefix + ThreadWriter.TextId(run.Run, turn);
            yield return new ChatEvent.ItemAdded(new ChatItem.AssistantWords(_text, ChatView.ThreadPrefix + thread, ChatView.Time(now), []));
            yield return new ChatEvent.ItemUpdated(_text, new ChatUpdate.PartAdded(0, new("", [])));
        }

        _words.Append(delta);
        yield return new ChatEvent.ItemUpdated(_text, new ChatUpdate.TextDelta(0, delta));
    }

    /// <summary>A part that is added anew replaces the one before it.</summary>
    private IEnumerable<ChatEvent> VoidText()
    {
        _words.Clear();
        if (_text is not null) yield return new ChatEvent.ItemUpdated(_text, new ChatUpdate.PartAdded(0, new("", [])));
    }

    private IEnumerable<ChatEvent> ReplyFinished(RunEvent.TurnFinished e)
    {
        if (_text is not { } id) yield break;
        var text = ChatView.Text(new Part.Text(e.Reply.Text) { Annotations = Citations.Find(e.Reply.Text, run) });
        yield return new ChatEvent.ItemUpdated(id, new ChatUpdate.PartDone(0, text));
        yield return new ChatEvent.ItemDone(new ChatItem.AssistantWords(id, ChatView.ThreadPrefix + thread, ChatView.Time(e.At), [text]));
        _text = null;
        _words.Clear();
    }

    private IEnumerable<ChatEvent> CallStarted(CallRecord call, DateTimeOffset at)
    {
        if (IsClients(call)) yield return new ChatEvent.ItemDone(ToolItem(call, at, null));
        else yield return new ChatEvent.ProgressUpdate(null, $"Using {call.Request.Tool}…");
    }

    private IEnumerable<ChatEvent> Ended(RunOutcome outcome)
    {
        if (_text is { } id)
        {
            if (_words.Length == 0) yield return new ChatEvent.ItemRemoved(id);
            else yield return new ChatEvent.ItemDone(new ChatItem.AssistantWords(id, ChatView.ThreadPrefix + thread, ChatView.Time(run.EndedAt ?? run.CreatedAt), [new(_words.ToString(), [])]));
            _text = null;
        }

        if (outcome.Status is RunStatus.Completed or RunStatus.Cancelled) yield break;
        var retry = outcome.Failure?.IsTransient ?? outcome.Failure?.Kind is not (ModelFailureKind.Unauthorized or ModelFailureKind.UnknownModel);
        yield return new ChatEvent.StreamError("custom", outcome.Status == RunStatus.Incomplete ? "The answer was cut off." : "The answer could not be made.", retry);
    }

    private ChatItem.ToolCall ToolItem(CallRecord call, DateTimeOffset at, string? output)
    {
        var turn = run.Turns.First(turn => turn.Calls.Contains(call)).Index;
        var item = new ThreadItem(ThreadWriter.CallId(run.Run, turn, call.Index), new ItemBody.Called(call.Request.CallId, HostedToolSettings.Function, call.Request.Tool, call.Request.Arguments)) { CreatedAt = at };
        return (ChatItem.ToolCall)ChatView.ChatItem(item, thread, output is null ? null : new ItemBody.Returned(call.Request.CallId, output, true))!;
    }

    private CallRecord? Find(string callId) => run.Find(callId);

    private bool IsClients(CallRecord call) => run.Definition.Functions?.Any(function => function.Name == call.Request.Tool) == true;
}
