using System.Text.Json;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Chat.Conversations;

/// <summary>GET …/conversations: the caller's own, the one with the newest message first; <c>q</c> finds titles.</summary>
internal sealed class ConversationList(ServerContext context)
{
    private const int MaxSearch = 200;
    private const string ByActivity = "updated_at";
    private static readonly Dictionary<string, string> OfChats = new() { ["face"] = ChatIds.Face };

    public async Task HandleAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var query = ListQuery.Read(http);
        if (query.Before is not null) throw ApiException.BadRequest("This listing has no 'before'.", "before", "unknown_parameter");
        var search = Search(http);
        var page = await context.Store.ListAsync(caller.Own, new(ThreadStore.ThreadKind)
        {
            TopLevel = true,
            Where = OfChats,
            SortBy = ByActivity,
            Descending = query.Descending,
            Limit = search is null ? query.Limit : DocumentQuery.MaxLimit,
            Beyond = query.After is null ? null : await PlaceAsync(caller, query.After, http.RequestAborted),
        }, http.RequestAborted);
        var threads = page!.Items.Select(ThreadStore.ReadThread);
        var found = (search is null ? threads : threads.Where(thread => thread.Title?.Contains(search, StringComparison.CurrentCultureIgnoreCase) == true).Take(query.Limit + 1)).ToList();
        await Respond.ListAsync(http, found.Take(query.Limit), page.HasMore || found.Count > query.Limit, ConversationView.Write);
    }

    private static string? Search(HttpContext http)
    {
        var search = http.Request.Query["q"].ToString();
        return search.Length <= MaxSearch ? search.Length == 0 ? null : search : throw ApiException.BadRequest($"Invalid 'q': more than {MaxSearch} characters.", "q", "string_above_max_length");
    }

    private async ValueTask<SortedPlace> PlaceAsync(Caller caller, string after, CancellationToken cancellationToken)
    {
        var id = Ids.After(ChatIds.Conversation, after);
        var document = id is null ? null : await context.Store.GetAsync(caller.Own, ThreadStore.ThreadKind, id, cancellationToken);
        if (document is null) throw ApiException.BadRequest("The cursor names no conversation.", "after", "invalid_value");
        using var body = JsonDocument.Parse(document.Body);
        return new(body.RootElement.TryGetProperty(ByActivity, out var updated) ? updated.GetString() : null, id!);
    }
}
