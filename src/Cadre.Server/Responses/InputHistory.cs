using System.Collections.Immutable;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.HostedTools;
using Cadre.Server.Hosting;
using Cadre.Server.Responses.Items;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Responses;

/// <summary>
/// What the model is shown: the history that a response goes on from, and the new input. Outputs find the calls they answer; a call that the client was given
/// and has not answered is refused, and so is an output without a call.
/// </summary>
internal sealed class InputHistory(ServerContext context, Scope scope)
{
    private const string NotFinished = "(The call was not finished.)";

    /// <summary>Puts what <c>item_reference</c> items name in their places.</summary>
    public async ValueTask<ImmutableArray<ThreadItem>> ResolveAsync(
        ImmutableArray<ThreadItem> items, IReadOnlyList<(int Place, string Id, string Parameter)> references, CancellationToken cancellationToken)
    {
        var resolved = items.ToBuilder();
        foreach (var (place, id, parameter) in references)
        {
            var found = await FindAsync(id, cancellationToken) ?? throw ResponseErrors.NoReferredItem(id, parameter);
            resolved[place] = found with { Id = items[place].Id, Run = null, Agent = null };
        }

        for (var i = 0; i < resolved.Count; i++)
        {
            // Reasoning that this server gave out goes back to the provider as it came from there.
            if (resolved[i].Body is not ItemBody.Foreign { Raw: var raw } || ForeignItem.TypeOf(resolved[i]) != "reasoning") continue;
            if (ForeignItem.Text(raw, "id") is not { } id) continue;
            if (await FindAsync(id, cancellationToken) is { Body: ItemBody.Thought thought }) resolved[i] = ForeignItem.With(resolved[i] with { Body = thought }, raw);
        }

        return resolved.ToImmutable();
    }

    /// <summary>An item of a thread, or of a run that wrote into none.</summary>
    public async ValueTask<ThreadItem?> FindAsync(string wireId, CancellationToken cancellationToken)
    {
        if (ItemIds.Read(wireId) is not { } id) return null;
        if (await context.Store.GetAsync(scope, ThreadStore.ItemKind, id, cancellationToken) is { } document) return ThreadStore.ReadItem(document);
        if (ItemIds.RunOf(id) is not { } run || await context.Store.GetAsync(scope, StoredResponse.Kind, run.ToString(), cancellationToken) is null) return null;
        return await context.Runs.LoadAsync(scope, run, cancellationToken) is { } timeline
            ? timeline.Turns.SelectMany(turn => ThreadWriter.OfTurn(timeline, turn)).FirstOrDefault(item => item.Id == id)
            : null;
    }

    /// <summary>After a response: its run's own history goes on, whatever has become of the responses before it.</summary>
    public static ImmutableArray<Message> After(RunTimeline previous, ImmutableArray<ThreadItem> items)
    {
        var messages = ImmutableArray.CreateBuilder<Message>();
        messages.AddRange(previous.State.History);
        var answered = new HashSet<string>(StringComparer.Ordinal);
        if (previous.State.History.Last is Message.Assistant { Calls.IsDefaultOrEmpty: false } last)
        {
            foreach (var call in last.Calls)
            {
                messages.Add(new Message.ToolOutput(call.CallId, previous.Find(call.CallId)?.Finished?.Result.Output ?? Submitted(items, call.CallId, answered)
                    ?? (previous.Outcome?.Status == RunStatus.Completed ? throw ResponseErrors.NoOutput(call.CallId) : NotFinished)));
            }
        }

        messages.AddRange(Alone([.. items.Where(item => item.Body is not ItemBody.Returned returned || !answered.Contains(returned.CallId))]));
        return messages.ToImmutable();
    }

    /// <summary>Without anything before it.</summary>
    public static ImmutableArray<Message> Alone(ImmutableArray<ThreadItem> items)
    {
        CheckPairs(items, items);
        return ThreadHistory.Messages(items);
    }

    /// <summary>At the end of a conversation.</summary>
    /// <param name="written">The conversation's items, oldest first.</param>
    /// <returns>The messages, and the items with the runs whose calls they answer.</returns>
    public async ValueTask<(ImmutableArray<Message> Messages, ImmutableArray<ThreadItem> Items)> AtEndOfAsync(
        IReadOnlyList<ThreadItem> written, ImmutableArray<ThreadItem> items, CancellationToken cancellationToken)
    {
        var answering = items.ToBuilder();
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Body is not ItemBody.Returned returned) continue;
            var call = written.LastOrDefault(item => item.Body is ItemBody.Called called && called.CallId == returned.CallId);
            if (call is not null) answering[i] = items[i] with { Run = call.Run };
        }

        var all = written.Concat(answering).ToImmutableArray();
        CheckPairs(all, answering.ToImmutable());
        foreach (var call in Unanswered(all))
        {
            // A call that was left behind by a run that was ended is told to the model as unfinished; one that the client was given waits for its output.
            if (!RunId.TryParse(call.Run, null, out var run) || await context.Runs.LoadAsync(scope, run, cancellationToken) is { Outcome.Status: RunStatus.Completed })
                throw ResponseErrors.NoOutput(((ItemBody.Called)call.Body).CallId);
        }

        return (ThreadHistory.Messages(all), answering.ToImmutable());
    }

    private static string? Submitted(ImmutableArray<ThreadItem> items, string callId, HashSet<string> answered)
    {
        foreach (var item in items)
        {
            if (item.Body is not ItemBody.Returned returned || returned.CallId != callId) continue;
            answered.Add(callId);
            return returned.Output;
        }

        return null;
    }

    /// <summary>Every new output has its call, and every new call its output.</summary>
    private static void CheckPairs(ImmutableArray<ThreadItem> all, ImmutableArray<ThreadItem> added)
    {
        var calls = all.Select(item => item.Body).OfType<ItemBody.Called>().Select(call => call.CallId).ToHashSet(StringComparer.Ordinal);
        var outputs = all.Select(item => item.Body).OfType<ItemBody.Returned>().Select(output => output.CallId).ToHashSet(StringComparer.Ordinal);
        foreach (var item in added)
        {
            if (item.Body is ItemBody.Returned returned && !calls.Contains(returned.CallId)) throw ResponseErrors.NoCall(returned.CallId);
            if (item.Body is ItemBody.Called { Kind: HostedToolSettings.Function } called && !outputs.Contains(called.CallId)) throw ResponseErrors.NoOutput(called.CallId);
        }
    }

    private static IEnumerable<ThreadItem> Unanswered(ImmutableArray<ThreadItem> items)
    {
        var outputs = items.Where(item => item.Body is ItemBody.Returned).Select(item => (item.Run, ((ItemBody.Returned)item.Body).CallId)).ToHashSet();
        return items.Where(item => item.Body is ItemBody.Called { Kind: HostedToolSettings.Function } call && !outputs.Contains((item.Run, call.CallId)));
    }
}
