using System.Text;
using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Server.Runs;

namespace Cadre.Server.Chat.Turns;

/// <summary>What a run does, as the events of a chat's stream. Pure: the same facts give the same events with the same ids, on every server.</summary>
/// <param name="from">What the reader has already.</param>
internal sealed class TurnNarrator(Turn turn, TurnReader reader, string requestId, StreamPosition from)
{
    private readonly RunTimeline _run = reader.Run;

    /// <summary>Text that came before the results of the turn before it were recorded.</summary>
    private readonly StringBuilder _held = new();

    private readonly StringBuilder _again = new();
    private int _skip = from.Sent;

    /// <summary>Text of this length and hash was shown to the reader on another connection; 0: none, or it has been compared.</summary>
    private (int Length, uint Hash) _elsewhere = (from.Shown, from.Hash);

    private int _shown;
    private uint _hash = StreamPosition.NoHash;

    /// <summary>Characters of the answer before the turn in progress.</summary>
    private int _before = reader.Said.Length;

    /// <summary>The timeline has the update's fact already.</summary>
    public IEnumerable<ChatEvent> On(RunUpdate update) => update switch
    {
        RunUpdate.TextDelta text => Say(text.Delta),
        RunUpdate.TextVoid => Void(),
        RunUpdate.Fact fact => On(fact),
        _ => [],
    };

    /// <summary>The last event where the run waits, which is no fact of its own.</summary>
    public ChatEvent Waiting() => Terminal(Here);

    private StreamPosition Here => new(_run.Run, _run.State.Version, 0, _shown, _hash);

    private bool CallsAreOpen => _run.Turns is [.., { Calls: var calls }] && calls.Any(call => call.Finished is null);

    private List<ChatEvent> On(RunUpdate.Fact fact)
    {
        var events = new List<ChatEvent>();
        // Shorter than what was shown: the model has said something else.
        if (fact.Event is RunEvent.TurnFinished && _elsewhere.Length > 0)
        {
            events.AddRange(Compare(whole: true));
            events[0] = events[0] with { Id = new(_run.Run, fact.Seq) };
            events[^1] = events[^1] with { Id = new(_run.Run, fact.Seq + 1) };
        }

        var count = 0;
        foreach (var (name, write) in Facts(fact.Event))
        {
            var id = new StreamPosition(_run.Run, fact.Seq, ++count);
            if (count > _skip) events.Add(new(name, id, write));
        }

        if (events.Count > 0 && count > _skip) events[^1] = events[^1] with { Id = new(_run.Run, fact.Seq + 1) };
        _skip = 0;
        if (fact.Event is RunEvent.TurnFinished)
        {
            (_before, _shown, _hash, _elsewhere) = (ChatReply.Text(_run).Length, 0, StreamPosition.NoHash, default);
            _again.Clear();
        }

        if (_held.Length == 0 || CallsAreOpen) return events;
        var held = _held.ToString();
        _held.Clear();
        events.AddRange(Say(held));
        return events;
    }

    private IEnumerable<(string Name, Action<Utf8JsonWriter> Write)> Facts(RunEvent @event)
    {
        switch (@event)
        {
            case RunEvent.Started:
                yield return (ChatEvent.Conversation, WriteIds);
                break;
            case RunEvent.CallStarted { Attempt: <= 1 } started when _run.Find(started.CallId) is { } call:
                yield return (ChatEvent.CallStarted, json => WriteCall(json, call, withResult: false));
                break;
            case RunEvent.CallFinished finished when _run.Find(finished.CallId) is { } call:
                if (call.Started is null) yield return (ChatEvent.CallStarted, json => WriteCall(json, call, withResult: false));
                yield return (ChatEvent.CallCompleted, json => WriteCall(json, call, withResult: true));
                break;
            case RunEvent.ApprovalAsked asked when _run.State.Calls.FirstOrDefault(call => call.Request.CallId == asked.CallId) is { Asked: not null } call:
                yield return (ChatEvent.ApprovalRequired, json => ChatAnswer.WriteApproval(json, call));
                break;
            case RunEvent.Ended:
                yield return (ChatEvent.Usage, json => ChatAnswer.WriteUsage(json, _run));
                var end = Terminal(default);
                yield return (end.Name, end.Write);
                break;
        }
    }

    private ChatEvent Terminal(StreamPosition id) => ChatProblem.Of(_run) is { } problem
        ? new(ChatEvent.Error, id, json => problem.Write(json, turn, _run, requestId))
        : new(ChatEvent.Done, id, json => ChatAnswer.Write(json, turn, _run, requestId));

    private IEnumerable<ChatEvent> Say(string text)
    {
        if (CallsAreOpen)
        {
            _held.Append(text);
            return [];
        }

        if (_elsewhere.Length == 0) return [Delta(text)];
        _again.Append(text);
        return _again.Length < _elsewhere.Length ? [] : Compare(whole: false);
    }

    private IEnumerable<ChatEvent> Void()
    {
        _held.Clear();
        _again.Clear();
        if (_shown == 0) return [];
        (_shown, _hash) = (0, StreamPosition.NoHash);
        return [Reset()];
    }

    /// <summary>What is said now with what the reader was shown.</summary>
    private List<ChatEvent> Compare(bool whole)
    {
        var events = new List<ChatEvent>();
        var (length, hash) = _elsewhere;
        var said = _again.ToString();
        _elsewhere = default;
        _again.Clear();
        if (!whole && StreamPosition.Add(StreamPosition.NoHash, said.AsSpan(0, length)) == hash)
        {
            (_shown, _hash) = (length, hash);
            said = said[length..];
        }
        else
        {
            events.Add(Reset());
        }

        if (said.Length > 0) events.Add(Delta(said));
        return events;
    }

    private ChatEvent Delta(string text)
    {
        var first = _shown == 0 && _before > 0;
        _shown += text.Length;
        _hash = StreamPosition.Add(_hash, text);
        return new(ChatEvent.TextDelta, Here, json =>
        {
            json.WriteStartObject();
            json.WriteString("text", first ? ChatReply.Break + text : text);
            json.WriteEndObject();
        });
    }

    /// <summary>The answer is what it was before this turn.</summary>
    private ChatEvent Reset()
    {
        var keep = _before;
        return new(ChatEvent.TextReset, Here, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("keep", keep);
            json.WriteEndObject();
        });
    }

    private void WriteIds(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("conversation_id", ChatIds.OfConversation(turn.Thread));
        json.WriteString("run_id", ChatIds.OfRun(_run.Run));
        json.WriteString("message_id", ChatIds.OfReply(_run.Run));
        if (turn.Said is { } said) json.WriteString("user_message_id", ChatIds.Message + said);
        json.WriteString("request_id", requestId);
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, CallRecord call, bool withResult)
    {
        var shown = ChatCall.Of(call.Request, call.Finished?.Result);
        json.WriteStartObject();
        json.WriteString("call_id", shown.CallId);
        shown.WriteAsked(json);
        if (withResult) shown.WriteResult(json);
        json.WriteEndObject();
    }
}

/// <param name="Id">The position after it.</param>
internal sealed record ChatEvent(string Name, StreamPosition Id, Action<Utf8JsonWriter> Write)
{
    public const string Conversation = "conversation";
    public const string TextDelta = "text.delta";

    /// <summary>The model was asked again and says something else: the answer's text is cut to its first "keep" UTF-16 units.</summary>
    public const string TextReset = "text.reset";

    public const string CallStarted = "tool_call.started";
    public const string CallCompleted = "tool_call.completed";
    public const string ApprovalRequired = "approval.required";
    public const string Usage = "usage";
    public const string Error = "error";
    public const string Done = "done";
}
