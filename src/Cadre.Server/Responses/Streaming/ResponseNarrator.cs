using Cadre.Engine.Runs;
using Cadre.Server.Responses.Items;
using Cadre.Server.Runs;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Streaming;

/// <summary>
/// Tells a run as the events of this protocol. It is a function of the updates alone: whoever tells the same updates again tells the same events with the
/// same numbers, which is what a stream resumes by.
/// </summary>
internal sealed class ResponseNarrator(StoredResponse response, RunTimeline timeline, EventBuffer events)
{
    private readonly MessageNarrator _message = new(events);
    private readonly ReasoningNarrator _reasoning = new(events);
    private readonly CallNarrator _calls = new(response, events);

    /// <summary>Position in <c>output</c> of the next item.</summary>
    private int _next;

    /// <summary>The terminal event has been told.</summary>
    public bool HasEnded { get; private set; }

    /// <param name="update">A fact is in the timeline already.</param>
    public void Tell(RunUpdate update)
    {
        switch (update)
        {
            case RunUpdate.Fact { Event: RunEvent.Started }:
                Begin();
                break;
            case RunUpdate.TextDelta text:
                Say(text.Turn, text.Delta);
                break;
            case RunUpdate.TextVoid:
                _message.Break();
                break;
            case RunUpdate.ReasoningDelta thought when !_message.IsOpen:
                Think(thought.Turn, thought.Delta);
                break;
            case RunUpdate.Fact { Event: RunEvent.TurnFinished }:
                FinishTurn(timeline.Turns[^1]);
                break;
            case RunUpdate.Fact { Event: RunEvent.CallStarted started } when started.Attempt == 1:
                StartCall(started.CallId);
                break;
            case RunUpdate.Fact { Event: RunEvent.CallFinished finished }:
                _calls.Finish(timeline, finished.CallId);
                break;
            case RunUpdate.Fact { Event: RunEvent.Ended ended }:
                End(ended.Outcome);
                break;
        }
    }

    private void Begin()
    {
        TellResponse("response.created", response.Background ? ResponseWriter.Queued : ItemWriter.InProgress);
        if (response.Background) TellResponse("response.queued", ResponseWriter.Queued);
        TellResponse("response.in_progress", ItemWriter.InProgress);
    }

    private void Think(int turn, string delta)
    {
        if (!_reasoning.IsOpen) _reasoning.Open($"rs_{ThreadWriter.ThoughtId(timeline.Run, turn)}", _next++);
        _reasoning.Add(delta);
    }

    private void Say(int turn, string delta)
    {
        _reasoning.Close();
        if (!_message.IsOpen) _message.Open($"msg_{ThreadWriter.TextId(timeline.Run, turn)}", _next++);
        _message.Add(delta);
    }

    private void FinishTurn(TurnRecord turn)
    {
        var thoughtOf = _reasoning.IdOfTurn;
        _reasoning.Close();
        foreach (var item in ThreadWriter.OfTurn(timeline, turn))
        {
            if (item.Body is ItemBody.Said { Parts: [Part.Text text, ..] })
                _message.Finish(text.Annotations, item.Incomplete ? ItemWriter.IncompleteStatus : ItemWriter.Completed);
            else if (item.Body is ItemBody.Thought thought && ReasoningWriter.Has(thought.Raw) && ItemIds.Of(item) != thoughtOf)
                events.TellItem(new OutputItem(item, ItemWriter.Completed) { Include = response.Include }, _next++);
        }

        _reasoning.Forget();
    }

    private void StartCall(string callId)
    {
        if (timeline.Find(callId) is not { } call) return;
        var turn = timeline.Turns[^1];
        var item = ThreadWriter.OfTurn(timeline, turn).First(item => item.Body is ItemBody.Called called && called.CallId == callId);
        _calls.Start(item, call, _next++);
    }

    private void End(RunOutcome outcome)
    {
        _reasoning.Close();
        _message.Break();
        _calls.Abandon();
        HasEnded = true;
        TellResponse(outcome.Status switch
        {
            RunStatus.Completed => "response.completed",
            RunStatus.Failed => "response.failed",
            _ => "response.incomplete",
        }, ResponseWriter.StatusOf(outcome));
    }

    private void TellResponse(string type, string status)
    {
        events.Begin(type);
        events.Json.WritePropertyName("response"u8);
        ResponseWriter.Write(events.Json, response, timeline, status);
        events.End();
    }
}
