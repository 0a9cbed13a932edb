using Cadre.Engine.Runs;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Wire.Assistants;

namespace Cadre.Server.Assistants;

/// <summary>
/// Makes the dialect's events of a run's updates. Their order follows from the run's facts alone, so a stream can be taken up again at any
/// <see cref="StreamPosition"/>, which is every last event's id.
/// </summary>
internal sealed class RunEventWriter(EventStream stream, RunTimeline timeline, StreamSettings settings)
{
    private readonly ShownText _shown = new(settings.From);

    /// <summary>The step of the text in progress; null between texts.</summary>
    private RunStepObject? _message = settings.From is { Shown: not null } ? StepRendering.BeginMessage(timeline, timeline.Turns.Count) : null;

    private RunPhase _phase = timeline.State.Definition is null ? RunPhase.InProgress : timeline.Phase;
    private long _seq = timeline.State.Version - 1;

    /// <summary>The caller has given what the run was waiting for.</summary>
    private bool GoesOn => _phase == RunPhase.AwaitingCaller && timeline.Phase == RunPhase.InProgress;

    /// <summary>Whether the stream is at its end.</summary>
    public async ValueTask<bool> WriteAsync(RunUpdate update)
    {
        switch (update)
        {
            case RunUpdate.TextDelta delta:
                await TextAsync(delta);
                return false;
            case RunUpdate.TextVoid:
                _shown.Void();
                return false;
            case RunUpdate.Fact fact:
                return await FactAsync(fact);
            default:
                return false;
        }
    }

    private async ValueTask TextAsync(RunUpdate.TextDelta delta)
    {
        if (_message is null) await OpenAsync(delta.Turn);
        var more = _shown.Add(delta.Delta);
        if (more.Length == 0) return;
        var content = new MessageDeltaObject(AssistantIds.Message + ThreadWriter.TextId(timeline.Run, delta.Turn), new([new TextDelta(0, new(more))]));
        await stream.SendAsync("thread.message.delta", content, AssistantsJson.Default.MessageDeltaObject, _shown.Position(_seq));
    }

    private async ValueTask OpenAsync(int turn)
    {
        _message = StepRendering.BeginMessage(timeline, turn);
        _shown.Begin();
        var message = OpenMessage(turn);
        await SendAsync("thread.run.step.created", _message);
        await SendAsync("thread.run.step.in_progress", _message);
        await stream.SendAsync("thread.message.created", message, AssistantsJson.Default.MessageObject, flush: false);
        await stream.SendAsync("thread.message.in_progress", message, AssistantsJson.Default.MessageObject, _shown.Position(_seq), flush: false);
    }

    private async ValueTask<bool> FactAsync(RunUpdate.Fact fact)
    {
        _seq = fact.Seq;
        var goesOn = GoesOn;
        switch (fact.Event)
        {
            case RunEvent.Started:
                await SendAsync("thread.run.created", Run(RunRendering.Queued));
                await BeginAsync();
                break;
            case RunEvent.TurnFinished e:
                await TurnAsync(e);
                break;
            case RunEvent.CallFinished e when timeline.Find(e.CallId) is { } call:
                await CallAsync(call);
                break;
            case RunEvent.CancelRequested:
                await SendAsync("thread.run.cancelling", Run(RunRendering.Cancelling), last: true);
                break;
            case RunEvent.Ended:
                await EndAsync();
                return true;
        }

        var (before, now) = (_phase, timeline.Phase);
        _phase = now;
        if (now == RunPhase.AwaitingCaller && before != RunPhase.AwaitingCaller)
        {
            await SendAsync("thread.run.requires_action", Run(RunRendering.RequiresAction), last: true);
            return !settings.PastActions;
        }

        if (goesOn) await BeginAsync();
        return false;
    }

    private async ValueTask BeginAsync()
    {
        await SendAsync("thread.run.queued", Run(RunRendering.Queued));
        await SendAsync("thread.run.in_progress", Run(RunRendering.InProgress), last: true);
    }

    private async ValueTask TurnAsync(RunEvent.TurnFinished e)
    {
        var turn = timeline.Turns[^1];
        if (_message is not null)
        {
            if (turn.Reply.Text.Length > 0) await CloseMessageAsync(ThreadWriter.Items(timeline, e).First(MessageRendering.IsMessage), turn);
            else await CutMessageAsync(turn.Index);
        }

        if (turn.Calls.Count == 0) return;
        var step = StepRendering.BeginCalls(timeline, turn);
        await SendAsync("thread.run.step.created", step);
        await SendAsync("thread.run.step.in_progress", step);
        foreach (var call in turn.Calls)
        {
            var (isLast, input) = (call.Index == turn.Calls.Count - 1, StepCalls.InputDelta(timeline.Definition, call));
            await DeltaAsync(step.Id, [StepCalls.Begun(timeline.Definition, call)], last: isLast && input is null);
            if (input is not null) await DeltaAsync(step.Id, [input], last: isLast);
        }
    }

    private async ValueTask CloseMessageAsync(ThreadItem item, TurnRecord turn)
    {
        var message = MessageRendering.Render(item, timeline.Definition.Thread ?? "");
        if (item.Body is ItemBody.Said { Parts: [Part.Text { Annotations: { Length: > 0 } annotations }, ..] })
        {
            TextAnnotation[] indexed = [.. MessageRendering.Annotations(annotations).Select((annotation, index) => annotation with { Index = index })];
            await stream.SendAsync("thread.message.delta", new MessageDeltaObject(message.Id, new([new TextDelta(0, new("") { Annotations = indexed })])), AssistantsJson.Default.MessageDeltaObject, flush: false);
        }

        await stream.SendAsync(item.Incomplete ? "thread.message.incomplete" : "thread.message.completed", message, AssistantsJson.Default.MessageObject, flush: false);
        _message = null;
        _shown.Clear();
        await SendAsync("thread.run.step.completed", StepRendering.OfMessage(timeline, turn), last: turn.Calls.Count == 0);
    }

    /// <summary>A text that was begun and will not be ended.</summary>
    private async ValueTask CutMessageAsync(int turn)
    {
        var at = (timeline.EndedAt ?? timeline.State.LastAt).ToUnixTimeSeconds();
        var reason = timeline.Outcome?.Status switch
        {
            RunStatus.Cancelled => "run_cancelled",
            RunStatus.Expired => "run_expired",
            _ => "run_failed",
        };
        var text = new MessageContent.OfText(new(_shown.ToString(), []));
        var message = OpenMessage(turn) with { Status = MessageRendering.Incomplete, IncompleteAt = at, IncompleteDetails = new(reason), Content = [text] };
        await stream.SendAsync("thread.message.incomplete", message, AssistantsJson.Default.MessageObject, flush: false);
        var step = StepRendering.CutOff(_message!, timeline);
        _message = null;
        _shown.Clear();
        await SendAsync($"thread.run.step.{step.Status}", step);
    }

    private async ValueTask CallAsync(CallRecord call)
    {
        var turn = timeline.Turns.First(turn => turn.Calls.Contains(call));
        var step = StepRendering.OfCalls(timeline, turn, settings.WithContent);
        var completed = step.Status == MessageRendering.Completed;
        if (StepCalls.OutputDelta(timeline.Definition, call) is { } delta) await DeltaAsync(step.Id, [delta], last: !completed);
        if (completed) await SendAsync("thread.run.step.completed", step, last: !GoesOn);
    }

    private async ValueTask EndAsync()
    {
        if (_message is not null) await CutMessageAsync(timeline.Turns.Count);
        if (timeline.Turns is [.., { Calls.Count: > 0 } turn] && turn.Calls.Any(call => call.Finished is null))
        {
            var step = StepRendering.OfCalls(timeline, turn, settings.WithContent);
            await SendAsync($"thread.run.step.{step.Status}", step);
        }

        await SendAsync($"thread.run.{RunRendering.StatusOf(timeline)}", Run(null), last: true);
    }

    private MessageObject OpenMessage(int turn) => new()
    {
        Id = AssistantIds.Message + ThreadWriter.TextId(timeline.Run, turn),
        CreatedAt = timeline.State.LastAt.ToUnixTimeSeconds(),
        AssistantId = AssistantIds.Assistant + timeline.Definition.Agent.Name,
        ThreadId = AssistantIds.Thread + timeline.Definition.Thread,
        RunId = $"{AssistantIds.Run}{timeline.Run}",
        Status = MessageRendering.InProgress,
        Role = "assistant",
        Content = [],
        Attachments = [],
        Metadata = JsonValues.NoMetadata,
    };

    private RunObject Run(string? shownAs) => RunRendering.Render(timeline, settings.Metadata, shownAs);

    private ValueTask DeltaAsync(string step, IReadOnlyList<StepCall> calls, bool last) => stream.SendAsync(
        "thread.run.step.delta", new RunStepDeltaObject(step, new(new StepDetails.OfCalls(calls))), AssistantsJson.Default.RunStepDeltaObject, last ? _shown.Position(_seq) : null, flush: last);

    private ValueTask SendAsync(string name, RunObject run, bool last = false) =>
        stream.SendAsync(name, run, AssistantsJson.Default.RunObject, last ? _shown.Position(_seq) : null, flush: last);

    private ValueTask SendAsync(string name, RunStepObject step, bool last = false) =>
        stream.SendAsync(name, step, AssistantsJson.Default.RunStepObject, last ? _shown.Position(_seq) : null, flush: last);
}

/// <param name="PastActions">The stream goes on when the run waits for its caller.</param>
/// <param name="WithContent">File searches show the texts that they found.</param>
/// <param name="Metadata">What a later request has set; null: what the run was created with.</param>
/// <param name="From">Where the reader was; null: nothing of the present turn was shown to it.</param>
internal sealed record StreamSettings(bool PastActions, bool WithContent, IReadOnlyDictionary<string, string>? Metadata, StreamPosition? From);
