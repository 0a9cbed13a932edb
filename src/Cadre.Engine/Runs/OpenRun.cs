using Cadre.Engine.Ports;

namespace Cadre.Engine.Runs;

/// <summary>
/// A run in a driver's hands: events are staged, folded at once, and appended together before anything is done in the world. Faces may append commands
/// meanwhile (a cancel, an approval, a message, a client's output): staged events are then put after them. Any other foreign event means that
/// another driver has the run.
/// </summary>
internal sealed class OpenRun(RunState state, IJournal journal, Feed feed, TimeProvider time)
{
    private readonly List<RunEvent> _staged = [];
    private RunState _durable = state;
    private Task _owed = Task.CompletedTask;

    /// <summary>Staged events included.</summary>
    public RunState State { get; private set; } = state;

    public RunId Id => State.Id;

    public static async ValueTask<RunState> LoadAsync(RunId id, IJournal journal, CancellationToken cancellationToken)
    {
        var state = new RunState(id);
        await foreach (var @event in journal.ReadAsync(id, 0, cancellationToken)) state = RunFold.Apply(state, @event);
        return state;
    }

    public void Stage(RunEvent @event)
    {
        var stamped = @event with { At = time.GetUtcNow() };
        _staged.Add(stamped);
        State = RunFold.Apply(State, stamped);
    }

    /// <summary>Something beside the journal that must be durable by the end of the next flush.</summary>
    public void Owe(Task recording) => _owed = Task.WhenAll(_owed, recording);

    /// <summary>
    /// Records the result of a transactional call, and makes its effect in the same transaction, together with everything that is staged.
    /// </summary>
    /// <returns>False when the effect does not fit any more: nothing was recorded, and what was staged before still is.</returns>
    /// <exception cref="RunTakenException">Another driver has the run.</exception>
    public async ValueTask<bool> CommitAsync(RunEvent.CallFinished finished, JointEffect effect, CancellationToken cancellationToken)
    {
        Stage(finished);
        var made = false;
        try
        {
            made = await AppendAsync([effect], cancellationToken);
        }
        finally
        {
            // Whatever is recorded next, it is not a result whose effect was not made.
            if (!made && _staged.Count > 0)
            {
                _staged.RemoveAt(_staged.Count - 1);
                State = _staged.Aggregate(_durable, RunFold.Apply);
            }
        }

        return made;
    }

    /// <exception cref="RunTakenException">Another driver has the run.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var owed = _owed;
        _owed = Task.CompletedTask;
        await AppendAsync([], cancellationToken);
        await owed;
    }

    private async ValueTask<bool> AppendAsync(IReadOnlyList<JointEffect> effects, CancellationToken cancellationToken)
    {
        while (_staged.Count > 0)
        {
            var appended = await journal.AppendAsync(Id, _durable.Version, _staged, effects, cancellationToken);
            if (appended.EffectRefused) return false;
            if (appended.Won)
            {
                RunEvent[] events = [.. _staged];
                _staged.Clear();
                var first = _durable.Version;
                _durable = State;
                feed.Publish(Id, first, events);
                return true;
            }

            await RebaseAsync(cancellationToken);
        }

        return true;
    }

    /// <summary>Takes in what faces appended meanwhile; staged events come after it.</summary>
    public ValueTask RefreshAsync(CancellationToken cancellationToken) => RebaseAsync(cancellationToken);

    private async ValueTask RebaseAsync(CancellationToken cancellationToken)
    {
        await foreach (var @event in journal.ReadAsync(Id, _durable.Version, cancellationToken))
        {
            if (!IsCommand(@event, _durable)) throw new RunTakenException(Id);
            _durable = RunFold.Apply(_durable, @event);
        }

        State = _staged.Aggregate(_durable, RunFold.Apply);
    }

    private static bool IsCommand(RunEvent @event, RunState state) => @event switch
    {
        RunEvent.CancelRequested or RunEvent.ApprovalGiven or RunEvent.MessageAdded { Message: Models.Message.User } or RunEvent.BudgetRaised => true,
        RunEvent.CallFinished finished => state.Calls.Any(call => call.Request.CallId == finished.CallId && call.Phase == CallPhase.AtClient),
        _ => false,
    };
}

/// <summary>Another driver appended to the run: this one has nothing more to say about it.</summary>
internal sealed class RunTakenException(RunId run) : Exception($"Another driver has run {run}.");
