using System.Collections.Immutable;
using Cadre.Engine.Budgets;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Runs;

/// <summary>What faces may do to runs: each command is one conditional append, a publication and a wake-up.</summary>
public sealed class RunControl(EnginePorts ports)
{
    private const int Tries = 16;
    private readonly RunAudit _audit = new(ports);

    /// <summary>False when the run could not be started (one of this id exists, or its thread has an open one): nothing was changed.</summary>
    /// <param name="through">The same journal, when more than the start is to be recorded in one transaction.</param>
    public async ValueTask<bool> StartAsync(
        RunId id, RunDefinition definition, ImmutableArray<Message> input, CancellationToken cancellationToken, IJournal? through = null)
    {
        RunEvent[] events = [new RunEvent.Started(definition, input) { At = ports.Time.GetUtcNow() }];
        var audit = _audit.StartedAsync(id, definition, input, cancellationToken);
        var appended = await (through ?? ports.Journal).AppendAsync(id, 0, events, cancellationToken);
        await audit;
        if (!appended.Won) return false;
        ports.Feed.Publish(id, 0, events);
        await ports.Queue.EnqueueAsync(id, cancellationToken);
        return true;
    }

    /// <summary>Null for a run that does not exist.</summary>
    public async ValueTask<RunState?> LoadAsync(RunId id, CancellationToken cancellationToken)
    {
        var state = await OpenRun.LoadAsync(id, ports.Journal, cancellationToken);
        return state.Definition is null ? null : state;
    }

    /// <summary>Asks the run, and through it everything below it, to stop. A run that has ended is left as it is.</summary>
    public async ValueTask<CommandResult> CancelAsync(RunId id, string author, string reason, CancellationToken cancellationToken)
    {
        var (result, definition) = await CommandAsync(id, state => state.Cancel is not null ? [] : [new RunEvent.CancelRequested(author, reason)], cancellationToken);
        if (result == CommandResult.Done) await _audit.CancelledAsync(id, definition!, author, reason, cancellationToken);
        return result;
    }

    /// <summary>Lets a paused run go on. It does not fit a run that is not paused.</summary>
    /// <param name="author">"user:ID" or "system".</param>
    public async ValueTask<CommandResult> ResumeAsync(RunId id, string author, CancellationToken cancellationToken) =>
        (await CommandAsync(id, state => state.Paused is not null ? [new RunEvent.Resumed(author)] : null, cancellationToken)).Result;

    /// <summary>Answers what <see cref="RunEvent.ApprovalAsked"/> asked. Valid once, and only for the call with this hash.</summary>
    public async ValueTask<CommandResult> DecideAsync(
        RunId id, string callId, string hash, Decision decision, CancellationToken cancellationToken)
    {
        var (result, definition) = await CommandAsync(id, state =>
            state.Calls.Any(call => call.Request.CallId == callId && call.Phase == CallPhase.AwaitingApproval && call.Asked!.Hash == hash)
                ? [new RunEvent.ApprovalGiven(callId, hash, decision.Approved, decision.Author, decision.Comment)]
                : null, cancellationToken);
        await _audit.DecidedAsync(id, definition, (callId, hash), decision, result, cancellationToken);
        return result;
    }

    /// <summary>Gives the outputs of calls that run at the client, by call id: all of them, or none when one of them waits for nothing.</summary>
    public async ValueTask<CommandResult> SubmitAsync(RunId id, IReadOnlyDictionary<string, ToolResult> outputs, CancellationToken cancellationToken) =>
        (await CommandAsync(id, state => outputs.Keys.All(output => state.Calls.Any(call => call.Request.CallId == output && call.Phase == CallPhase.AtClient))
            ? [.. outputs.Select(output => new RunEvent.CallFinished(output.Key, output.Value, TimeSpan.Zero))]
            : null, cancellationToken)).Result;

    /// <summary>Ends a run that has waited too long for its caller or for a person. It does not fit a run that waits for nobody.</summary>
    public async ValueTask<CommandResult> ExpireAsync(RunId id, string reason, CancellationToken cancellationToken)
    {
        var (result, definition) = await CommandAsync(id, state => RunNext.Next(state) is RunStep.Wait(WaitFor.Client or WaitFor.Approval)
            ? [new RunEvent.Ended(new(RunStatus.Expired, RunNext.LastText(state), reason))]
            : null, cancellationToken);
        if (result == CommandResult.Done) await _audit.EndedAsync(id, definition!, RunStatus.Expired, cancellationToken);
        return result;
    }

    public async ValueTask<CommandResult> AddMessageAsync(RunId id, Message.User message, CancellationToken cancellationToken) =>
        (await CommandAsync(id, _ => [new RunEvent.MessageAdded(message)], cancellationToken)).Result;

    public async ValueTask<CommandResult> RaiseBudgetAsync(RunId id, string author, Budget budget, CancellationToken cancellationToken) =>
        (await CommandAsync(id, _ => [new RunEvent.BudgetRaised(author, budget)], cancellationToken)).Result;

    /// <param name="decide">The events; empty for nothing to do; null when the command does not fit the state.</param>
    private async ValueTask<(CommandResult Result, RunDefinition? Definition)> CommandAsync(RunId id, Func<RunState, RunEvent[]?> decide, CancellationToken cancellationToken)
    {
        RunDefinition? definition = null;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var state = await OpenRun.LoadAsync(id, ports.Journal, cancellationToken);
            if (state.Definition is null) return (CommandResult.NoSuchRun, null);
            definition = state.Definition;
            if (state.HasEnded) return (CommandResult.HasEnded, definition);
            if (decide(state) is not { } decided) return (CommandResult.DoesNotFit, definition);
            if (decided.Length == 0) return (CommandResult.Done, definition);
            RunEvent[] events = [.. decided.Select(@event => @event with { At = ports.Time.GetUtcNow() })];
            var appended = await ports.Journal.AppendAsync(id, state.Version, events, cancellationToken);
            if (!appended.Won) continue;
            ports.Feed.Publish(id, state.Version, events);
            await ports.Queue.EnqueueAsync(id, cancellationToken);
            return (CommandResult.Done, definition);
        }

        return (CommandResult.Busy, definition);
    }
}

/// <param name="Author">"user:ID".</param>
public sealed record Decision(bool Approved, string Author, string? Comment = null);

public enum CommandResult
{
    Done,
    NoSuchRun,
    HasEnded,

    /// <summary>Nothing waits for this: it was decided before, or it is another call.</summary>
    DoesNotFit,

    /// <summary>Others changed the run all the time; try again.</summary>
    Busy,
}
