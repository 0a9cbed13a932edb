using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>Reads a thread's items as those of a session.</summary>
internal sealed class SessionItems(ServerContext context)
{
    /// <summary>Items of one turn that a listing reads.</summary>
    private const int MaxOfTurn = 5_000;

    public async ValueTask<AgentsPage<AgentItem>> ListAsync(Scope scope, string thread, ListQuery list, CancellationToken cancellationToken)
    {
        var query = AgentCall.Documents(ThreadStore.ItemKind, list, AgentPrefix.ItemId, thread);
        var shown = new List<AgentItem>(list.Limit);
        while (true)
        {
            var page = await context.Store.ListAsync(scope, query with { Limit = list.Limit - shown.Count }, cancellationToken)
                ?? throw AgentCall.BadCursor("after", list.After ?? list.Before ?? "");
            foreach (var document in page.Items)
            {
                if (await ShowAsync(scope, thread, ThreadStore.ReadItem(document), cancellationToken) is { } item) shown.Add(item);
            }

            // What this API cannot show leaves a gap, which the next items fill.
            if (!page.HasMore || shown.Count == list.Limit || page.Items.Count == 0 || list.Before is not null) return AgentCall.Page(shown, page.HasMore, item => item.Id);
            query = query with { After = page.Items[^1].Id };
        }
    }

    public async ValueTask<AgentsPage<AgentItem>> OfTurnAsync(Scope scope, string thread, RunId turn, ListQuery list, CancellationToken cancellationToken)
    {
        var items = new List<AgentItem>();
        foreach (var item in await ReadTurnAsync(scope, thread, turn, cancellationToken))
        {
            if (await ShowAsync(scope, thread, item, cancellationToken) is { } shown) items.Add(shown);
        }

        if (list.Descending) items.Reverse();
        var from = list.After is null ? 0 : items.FindIndex(item => item.Id == list.After) + 1;
        if (list.After is not null && from == 0) throw AgentCall.BadCursor("after", list.After);
        var page = items.GetRange(from, Math.Min(list.Limit, items.Count - from));
        return AgentCall.Page(page, from + page.Count < items.Count, item => item.Id);
    }

    /// <summary>What was given to a turn.</summary>
    public async ValueTask<IReadOnlyList<AgentItem>> GivenAsync(Scope scope, string thread, RunId turn, CancellationToken cancellationToken) =>
        [.. (await QueryAsync(scope, thread, ItemView.TurnPath, turn, cancellationToken)).Select(ThreadStore.ReadItem)
            .Select(item => item.Body is ItemBody.Said said ? ItemView.Words(item, said, callsTools: false) : null).OfType<AgentItem>()];

    /// <summary>Id of the item that holds a call's output; null when the id is not that of a run's call.</summary>
    public static string? OutputIdOf(string callId) => Sibling(callId, 'c', 'o');

    private async ValueTask<IReadOnlyList<ThreadItem>> ReadTurnAsync(Scope scope, string thread, RunId turn, CancellationToken cancellationToken)
    {
        var given = await QueryAsync(scope, thread, ItemView.TurnPath, turn, cancellationToken);
        var made = await QueryAsync(scope, thread, "run", turn, cancellationToken);
        return [.. given.Concat(made).OrderBy(document => document.Position).Select(ThreadStore.ReadItem)];
    }

    private async ValueTask<IReadOnlyList<Document>> QueryAsync(Scope scope, string thread, string path, RunId turn, CancellationToken cancellationToken)
    {
        var query = new DocumentQuery(ThreadStore.ItemKind)
        {
            Parent = thread,
            Descending = false,
            Limit = MaxOfTurn,
            Where = new Dictionary<string, string> { [path] = turn.ToString() },
        };
        return (await context.Store.ListAsync(scope, query, cancellationToken))?.Items ?? [];
    }

    private async ValueTask<AgentItem?> ShowAsync(Scope scope, string thread, ThreadItem item, CancellationToken cancellationToken)
    {
        switch (item.Body)
        {
            case ItemBody.Said said:
                // Calls of the same reply have the id of its text and a number.
                var calls = said.Speaker == Speaker.Assistant && item.Run is not null && await context.Threads.GetItemAsync(scope, thread, item.Id + "c0", cancellationToken) is not null;
                return ItemView.Words(item, said, calls);
            case ItemBody.Thought thought:
                return ItemView.Thought(item, thought);
            case ItemBody.Called called:
                var output = OutputIdOf(item.Id) is { } outputId ? (await context.Threads.GetItemAsync(scope, thread, outputId, cancellationToken))?.Body as ItemBody.Returned : null;
                return ItemView.Call(item.Id, ItemView.TurnOf(item), called, output);
            case ItemBody.Returned returned:
                var call = Sibling(item.Id, 'o', 'c') is { } callId ? (await context.Threads.GetItemAsync(scope, thread, callId, cancellationToken))?.Body as ItemBody.Called : null;
                return call is null || ItemView.HasOutputItem(call.Kind) ? ItemView.Output(item.Id, ItemView.TurnOf(item), returned) : null;
            default:
                return null;
        }
    }

    /// <summary>A run's call and its output have ids that differ in one letter.</summary>
    private static string? Sibling(string id, char from, char to)
    {
        var at = id.LastIndexOf(from);
        return at > 0 && at < id.Length - 1 && id.AsSpan(at + 1).ContainsAnyExceptInRange('0', '9') == false ? $"{id[..at]}{to}{id[(at + 1)..]}" : null;
    }
}
