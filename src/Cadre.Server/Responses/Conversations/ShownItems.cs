using Cadre.Engine.Runs;
using Cadre.Server.HostedTools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Responses.Items;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Responses.Conversations;

/// <summary>
/// A thread's items as this protocol shows them: a call of a tool of this server and what it gave are one item; reasoning that only its provider understands is
/// none.
/// </summary>
internal sealed class ShownItems(ServerContext context)
{
    public async ValueTask<(IReadOnlyList<OutputItem> Items, bool HasMore)> ListAsync(
        Scope scope, string thread, ListQuery list, Include include, CancellationToken cancellationToken)
    {
        var shown = new List<OutputItem>();
        var (after, before) = (Cursor(list.After, "after"), Cursor(list.Before, "before"));
        while (true)
        {
            var query = new DocumentQuery(ThreadStore.ItemKind) { Parent = thread, After = after, Before = before, Limit = list.Limit, Descending = list.Descending };
            if (await context.Threads.ListAsync(scope, query, cancellationToken) is not var (items, hasMore))
                throw ApiException.BadRequest($"Item with id '{list.After ?? list.Before}' not found.", list.After is not null ? "after" : "before", "invalid_value");
            for (var i = 0; i < items.Count; i++)
            {
                if (await FindAsync(scope, thread, items[i], include, cancellationToken) is not { } item) continue;
                if (shown.Count == list.Limit) return (shown, true);
                shown.Add(item);
            }

            if (!hasMore || items.Count == 0 || (list.Before is not null && list.After is null)) return (shown, hasMore);
            after = items[^1].Id;
        }
    }

    /// <summary>Null for an item that is not shown.</summary>
    public async ValueTask<OutputItem?> FindAsync(Scope scope, string thread, ThreadItem item, Include include, CancellationToken cancellationToken)
    {
        var partner = PartnerOf(item) is { } id && NeedsPartner(item) ? await context.Threads.GetItemAsync(scope, thread, id, cancellationToken) : null;
        return item.Body switch
        {
            ItemBody.Thought { Raw: var raw } when !ReasoningWriter.Has(raw) => null,
            ItemBody.Returned when partner?.Body is ItemBody.Called { Kind: not HostedToolSettings.Function } => null,
            _ => Of(item, partner?.Body as ItemBody.Returned, include),
        };
    }

    public static OutputItem Of(ThreadItem item, ItemBody.Returned? result, Include include) => item.Body switch
    {
        ItemBody.Called { Kind: not HostedToolSettings.Function } =>
            new(item, result is null ? ItemWriter.IncompleteStatus : result.Succeeded ? ItemWriter.Completed : "failed", result) { Include = include },
        _ => new(item, item.Incomplete ? ItemWriter.IncompleteStatus : ItemWriter.Completed) { Include = include },
    };

    public static bool IsCallers(ThreadItem item) => item.Body is ItemBody.Called { Kind: HostedToolSettings.Function };

    /// <summary>Id of a call's output, or of an output's call; null when a caller added it.</summary>
    public static string? PartnerOf(ThreadItem item)
    {
        if (item.Run is not { } run || !item.Id.StartsWith(run, StringComparison.Ordinal) || !RunId.TryParse(run, null, out _)) return null;
        var (from, to) = item.Body is ItemBody.Called ? ('c', 'o') : ('o', 'c');
        return item.Id.LastIndexOf(from) is var at && at > run.Length ? $"{item.Id[..at]}{to}{item.Id[(at + 1)..]}" : null;
    }

    private static bool NeedsPartner(ThreadItem item) => item.Body is ItemBody.Returned or ItemBody.Called { Kind: not HostedToolSettings.Function };

    private static string? Cursor(string? wireId, string name) => wireId is null ? null
        : ItemIds.Read(wireId) ?? throw ApiException.BadRequest($"Item with id '{wireId}' not found.", name, "invalid_value");
}
