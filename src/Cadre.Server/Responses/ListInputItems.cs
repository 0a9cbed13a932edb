using System.Runtime.CompilerServices;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Responses.Conversations;
using Cadre.Server.Responses.Items;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Responses;

/// <summary>
/// GET /v1/responses/{id}/input_items: what the request gave, and, of a chain, what the responses before it gave and said. The chain is read from its newest end
/// and only as far as it is needed.
/// </summary>
internal sealed class ListInputItems(ServerContext context, RetrieveResponse responses)
{
    public async Task HandleAsync(HttpContext http)
    {
        var (response, _) = await responses.LoadAsync(http);
        var list = ListQuery.Read(http);
        var scope = Caller.Of(http).Scope;
        var include = ConversationItemRoutes.IncludeOf(http);
        var newestFirst = ReadAsync(scope, response, include, http.RequestAborted);
        var page = list.Descending ? await PageAsync(newestFirst, list, http.RequestAborted) : await PageAsync(Reverse(newestFirst, http.RequestAborted), list, http.RequestAborted);
        await Respond.WriteAsync(http, json => ItemList.Write(json, page.Items, page.HasMore));
    }

    private async IAsyncEnumerable<OutputItem> ReadAsync(Scope scope, StoredResponse response, Include include, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            for (var i = response.Input.Length - 1; i >= 0; i--)
            {
                if (await context.Store.GetAsync(scope, ThreadStore.ItemKind, response.Input[i], cancellationToken) is { } document)
                    yield return ShownItems.Of(ThreadStore.ReadItem(document), null, include);
            }

            if (response.PreviousId is not { } id || Ids.RunAfter(ItemIds.Response, id) is not { } run) yield break;
            if (await context.Store.GetAsync(scope, StoredResponse.Kind, run.ToString(), cancellationToken) is not { } stored) yield break;
            if (await context.Runs.LoadAsync(scope, run, cancellationToken) is not { } timeline) yield break;
            foreach (var item in ResponseOutput.Of(timeline, include).Reverse()) yield return item;
            response = StoredResponse.Read(stored);
        }
    }

    private static async ValueTask<(List<OutputItem> Items, bool HasMore)> PageAsync(IAsyncEnumerable<OutputItem> items, ListQuery list, CancellationToken cancellationToken)
    {
        var page = new List<OutputItem>();
        var begun = list.After is null;
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            var id = ItemIds.Of(item.Item);
            if (id == list.Before) return (page, true);
            if (!begun) begun = id == list.After;
            else if (page.Count == list.Limit) return (page, true);
            else page.Add(item);
        }

        return begun ? (page, false) : throw ApiException.BadRequest($"Item with id '{list.After}' not found.", "after", "invalid_value");
    }

    private static async IAsyncEnumerable<OutputItem> Reverse(IAsyncEnumerable<OutputItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = new List<OutputItem>();
        await foreach (var item in items.WithCancellation(cancellationToken)) all.Add(item);
        for (var i = all.Count - 1; i >= 0; i--) yield return all[i];
    }
}
