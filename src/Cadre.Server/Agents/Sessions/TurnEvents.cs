using System.Text;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.HostedTools;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>A run's updates as the events of a turn. Holds what was announced and is not done; no I/O.</summary>
internal sealed class TurnEvents
{
    private readonly string _session;
    private readonly string _turn;
    private readonly RunTimeline _run;
    private readonly EventIds _ids;
    private readonly Dictionary<string, OpenCall> _calls = new(StringComparer.Ordinal);
    private readonly StringBuilder _summary = new();
    private readonly StringBuilder _words = new();
    private (string Id, int Index)? _text;
    private (string Id, int Index)? _reasoning;

    /// <summary>Index of the next output item.</summary>
    private int _next;

    /// <param name="run">What is folded into it was announced before, or to nobody.</param>
    public TurnEvents(string session, RunTimeline run, EventIds ids)
    {
        (_session, _run, _ids) = (AgentPrefix.Session + session, run, ids);
        _turn = AgentPrefix.Turn + run.Run;
        foreach (var turn in run.Turns)
        {
            if (turn.Reply.Raw is not null) _next++;
            if (turn.Reply.Text.Length > 0) _next++;
            foreach (var call in turn.Calls) _calls[call.Request.CallId] = new(turn.Index, call, _next++) { IsAnnounced = call.Started is not null, IsDone = call.Finished is not null };
        }
    }

    public IEnumerable<AgentEvent> On(RunUpdate update) => update switch
    {
        RunUpdate.TextDelta e => Text(e.Turn, e.Delta),
        RunUpdate.TextVoid e => VoidText(e.Turn),
        RunUpdate.ReasoningDelta e => Reasoning(e.Turn, e.Delta),
        RunUpdate.ToolOutput e when _calls.TryGetValue(e.CallId, out var call) && KindOf(call) == HostedToolSettings.CodeInterpreter =>
            [new AgentEvent.CommandOutputDelta(_ids.Next(), _session, _turn, AgentPrefix.Command + call.ItemId(_run.Run), call.Index, e.Text)],
        RunUpdate.Fact { Event: RunEvent.TurnFinished e } => ReplyFinished(e),
        RunUpdate.Fact { Event: RunEvent.CallStarted e } when _calls.TryGetValue(e.CallId, out var call) => Announce(call),
        RunUpdate.Fact { Event: RunEvent.CallFinished e } when _calls.TryGetValue(e.CallId, out var call) => CallFinished(call, e.Result),
        RunUpdate.Fact { Event: RunEvent.Ended } => [.. CloseReasoning(ItemView.Incomplete), .. CloseText(_words.ToString(), ItemView.Incomplete, null)],
        _ => [],
    };

    private IEnumerable<AgentEvent> Text(int turn, string delta)
    {
        if (_text is null)
        {
            foreach (var closed in CloseReasoning(null)) yield return closed;
            _text = (AgentPrefix.Message + ThreadWriter.TextId(_run.Run, turn), _next++);
            foreach (var opened in OpenText()) yield return opened;
        }

        _words.Append(delta);
        yield return new AgentEvent.OutputTextDelta(_ids.Next(), _session, _turn, _text.Value.Id, _text.Value.Index, 0, delta);
    }

    /// <summary>The protocol has no event for it: the item is announced anew, empty.</summary>
    private IEnumerable<AgentEvent> VoidText(int turn)
    {
        _words.Clear();
        return _text is null ? [] : OpenText();
    }

    private IEnumerable<AgentEvent> OpenText()
    {
        var (id, index) = _text!.Value;
        yield return new AgentEvent.ItemAdded(_ids.Next(), _session, _turn, new AgentItem.Message(id, _turn, "assistant", ItemView.InProgress, null, []), index);
        yield return new AgentEvent.ContentPartAdded(_ids.Next(), _session, _turn, id, index, 0, new AgentContent.OutputText(""));
    }

    private IEnumerable<AgentEvent> CloseText(string text, string status, string? phase)
    {
        if (_text is not { } open) yield break;
        var part = new AgentContent.OutputText(text);
        yield return new AgentEvent.OutputTextDone(_ids.Next(), _session, _turn, open.Id, open.Index, 0, text);
        yield return new AgentEvent.ContentPartDone(_ids.Next(), _session, _turn, open.Id, open.Index, 0, part);
        yield return new AgentEvent.ItemDone(_ids.Next(), _session, _turn, new AgentItem.Message(open.Id, _turn, "assistant", status, phase, [part]), open.Index);
        _text = null;
        _words.Clear();
    }

    private IEnumerable<AgentEvent> Reasoning(int turn, string delta)
    {
        if (_text is not null) yield break;
        if (_reasoning is null)
        {
            _reasoning = (AgentPrefix.Reasoning + ThreadWriter.ThoughtId(_run.Run, turn), _next++);
            yield return new AgentEvent.ItemAdded(_ids.Next(), _session, _turn, new AgentItem.Reasoning(_reasoning.Value.Id, _turn, ItemView.InProgress, []), _reasoning.Value.Index);
            yield return new AgentEvent.SummaryPartAdded(_ids.Next(), _session, _turn, _reasoning.Value.Id, _reasoning.Value.Index, 0, new(""));
        }

        _summary.Append(delta);
        yield return new AgentEvent.SummaryTextDelta(_ids.Next(), _session, _turn, _reasoning.Value.Id, _reasoning.Value.Index, 0, delta);
    }

    private IEnumerable<AgentEvent> CloseReasoning(string? status)
    {
        if (_reasoning is not { } open) yield break;
        var part = new SummaryText(_summary.ToString());
        yield return new AgentEvent.SummaryTextDone(_ids.Next(), _session, _turn, open.Id, open.Index, 0, part.Text);
        yield return new AgentEvent.SummaryPartDone(_ids.Next(), _session, _turn, open.Id, open.Index, 0, part, status);
        yield return new AgentEvent.ItemDone(_ids.Next(), _session, _turn, new AgentItem.Reasoning(open.Id, _turn, status ?? ItemView.Completed, [part]), open.Index);
        _reasoning = null;
        _summary.Clear();
    }

    private IEnumerable<AgentEvent> ReplyFinished(RunEvent.TurnFinished e)
    {
        var turn = _run.Turns[^1];
        foreach (var closed in CloseReasoning(null)) yield return closed;
        var status = e.Reply.Stop is Engine.Models.StopReason.Length or Engine.Models.StopReason.ContentFilter or Engine.Models.StopReason.Cancelled ? ItemView.Incomplete : ItemView.Completed;
        foreach (var closed in CloseText(e.Reply.Text, status, turn.Calls.Count > 0 ? ItemView.Commentary : ItemView.FinalAnswer)) yield return closed;
        foreach (var call in turn.Calls)
        {
            var open = new OpenCall(turn.Index, call, _next++);
            _calls[call.Request.CallId] = open;
            // A caller's function is announced when its output can be taken: clients answer at once.
            if (!IsCallers(call.Request.Tool))
            {
                foreach (var announced in Announce(open)) yield return announced;
            }
        }
    }

    private IEnumerable<AgentEvent> Announce(OpenCall call)
    {
        if (call.IsAnnounced) yield break;
        call.IsAnnounced = true;
        yield return new AgentEvent.ItemAdded(_ids.Next(), _session, _turn, ItemView.Call(call.ItemId(_run.Run), _turn, Called(call), null), call.Index);
    }

    private IEnumerable<AgentEvent> CallFinished(OpenCall call, ToolResult result)
    {
        if (call.IsDone) yield break;
        foreach (var announced in Announce(call)) yield return announced;
        call.IsDone = true;
        var returned = new ItemBody.Returned(call.Record.Request.CallId, result.Output, result.Status == ToolStatus.Succeeded, result.Structured);
        yield return new AgentEvent.ItemDone(_ids.Next(), _session, _turn, ItemView.Call(call.ItemId(_run.Run), _turn, Called(call), returned), call.Index);
        if (!ItemView.HasOutputItem(KindOf(call))) yield break;
        var output = ItemView.Output(ThreadWriter.ResultId(_run.Run, call.Turn, call.Record.Index), _turn, returned);
        yield return new AgentEvent.ItemAdded(_ids.Next(), _session, _turn, output, null);
    }

    private bool IsCallers(string tool) => _run.Definition.Functions?.Any(function => function.Name == tool) == true;

    private string KindOf(OpenCall call) => HostedToolSettings.KindOf(_run.Definition, call.Record.Request.Tool);

    private ItemBody.Called Called(OpenCall call) => new(call.Record.Request.CallId, KindOf(call), call.Record.Request.Tool, call.Record.Request.Arguments);

    private sealed record OpenCall(int Turn, CallRecord Record, int Index)
    {
        public bool IsAnnounced { get; set; }
        public bool IsDone { get; set; }

        public string ItemId(RunId run) => ThreadWriter.CallId(run, Turn, Record.Index);
    }
}

/// <summary>Names the events of one stream.</summary>
internal sealed class EventIds
{
    private readonly string _stream = Ids.New();
    private long _count;

    public string Next() => $"evt_{_stream}{_count++}";
}
