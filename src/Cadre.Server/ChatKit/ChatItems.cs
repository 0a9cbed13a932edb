using Cadre.Server.Agents.Sessions;
using Cadre.Server.Hosting;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.ChatKit;

/// <summary>Reads pages of a thread's items that ChatKit shows.</summary>
internal sealed class ChatItems(ServerContext context)
{
    /// <summary>Null when a cursor names no item of the thread.</summary>
    /// <param name="show">An item and the output of its call, as the caller wants them; null for what is not shown.</param>
    public async ValueTask<(IReadOnlyList<T> Items, bool HasMore)?> ListAsync<T>(Scope scope, DocumentQuery query, Func<ThreadItem, ItemBody.Returned?, T?> show, CancellationToken cancellationToken)
        where T : class
    {
        var shown = new List<T>(query.Limit);
        var limit = query.Limit;
        while (true)
        {
            if (await context.Threads.ListAsync(scope, query with { Limit = limit - shown.Count }, cancellationToken) is not { } page) return null;
            foreach (var item in page.Items)
            {
                if (show(item, await OutputAsync(scope, query.Parent!, item, cancellationToken)) is { } one) shown.Add(one);
            }

            if (!page.HasMore || shown.Count == limit || page.Items.Count == 0 || query.Before is not null) return (shown, page.HasMore);
            query = query with { After = page.Items[^1].Id };
        }
    }

    private async ValueTask<ItemBody.Returned?> OutputAsync(Scope scope, string thread, ThreadItem item, CancellationToken cancellationToken) =>
        item.Body is ItemBody.Called && SessionItems.OutputIdOf(item.Id) is { } id ? (await context.Threads.GetItemAsync(scope, thread, id, cancellationToken))?.Body as ItemBody.Returned : null;
}
