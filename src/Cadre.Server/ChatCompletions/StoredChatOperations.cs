using System.Text.Json;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatCompletions;

/// <summary>List, get, update and delete stored completions, and list their messages.</summary>
internal static class StoredChatOperations
{
    private const int MaxFilters = 16;

    public static void Map(IEndpointRouteBuilder routes, StoredChats chats)
    {
        routes.MapGet("/v1/chat/completions", http => ListAsync(http, chats));
        routes.MapGet("/v1/chat/completions/{id}", async http => await AnswerAsync(http, await FindAsync(http, chats)));
        routes.MapPost("/v1/chat/completions/{id}", http => UpdateAsync(http, chats));
        routes.MapDelete("/v1/chat/completions/{id}", http => DeleteAsync(http, chats));
        routes.MapGet("/v1/chat/completions/{id}/messages", http => MessagesAsync(http, chats));
    }

    private static async Task ListAsync(HttpContext http, StoredChats chats)
    {
        var query = ListQuery.Read(http, descending: false);
        var page = await chats.ListAsync(Caller.Of(http).Scope, query, Filters(http.Request.Query), http.RequestAborted) ?? throw Unknown(query.After!, "after");
        WriteList(http, [.. page.Items.Select(StoredChat.Read)], page.HasMore, chat => chat.Id, (json, chat) => chat.Write(json));
    }

    private static async Task UpdateAsync(HttpContext http, StoredChats chats)
    {
        var metadata = (await RequestBody.ReadAsync(http)).Metadata() ?? throw ApiException.Missing("metadata");
        await AnswerAsync(http, await chats.ChangeAsync(Caller.Of(http).Scope, Id(http), metadata, http.RequestAborted) ?? throw Unknown(Id(http)));
    }

    private static async Task DeleteAsync(HttpContext http, StoredChats chats)
    {
        var chat = await FindAsync(http, chats);
        await chats.DeleteAsync(Caller.Of(http).Scope, chat, http.RequestAborted);
        await using var json = Begin(http);
        json.WriteStartObject();
        json.WriteString("object", "chat.completion.deleted");
        json.WriteString("id", chat.Id);
        json.WriteBoolean("deleted", true);
        json.WriteEndObject();
    }

    private static async Task MessagesAsync(HttpContext http, StoredChats chats)
    {
        var query = ListQuery.Read(http, descending: false);
        var chat = await FindAsync(http, chats);
        var order = Enumerable.Range(0, chat.Messages.GetArrayLength());
        if (query.Descending) order = order.Reverse();
        var indexes = order.ToList();
        var from = 0;
        if (query.After is { } after)
        {
            from = indexes.FindIndex(index => chat.MessageId(index) == after) + 1;
            if (from == 0) throw ApiException.NotFound($"No message found with id '{after}'.", "after");
        }

        WriteList(http, [.. indexes.Skip(from).Take(query.Limit)], indexes.Count - from > query.Limit, chat.MessageId, (json, index) => chat.WriteMessage(json, index));
    }

    private static async ValueTask<StoredChat> FindAsync(HttpContext http, StoredChats chats) =>
        await chats.FindAsync(Caller.Of(http).Scope, Id(http), http.RequestAborted) ?? throw Unknown(Id(http));

    private static async Task AnswerAsync(HttpContext http, StoredChat chat)
    {
        await using var json = Begin(http);
        chat.Write(json);
    }

    private static void WriteList<T>(HttpContext http, IReadOnlyList<T> items, bool hasMore, Func<T, string> id, Action<Utf8JsonWriter, T> write)
    {
        using var json = Begin(http);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var item in items) write(json, item);
        json.WriteEndArray();
        json.WriteString("first_id", items.Count == 0 ? "" : id(items[0]));
        json.WriteString("last_id", items.Count == 0 ? "" : id(items[^1]));
        json.WriteBoolean("has_more", hasMore);
        json.WriteEndObject();
    }

    /// <summary><c>model</c>, and <c>metadata[key]=value</c>.</summary>
    private static Dictionary<string, string> Filters(IQueryCollection query)
    {
        var where = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in query)
        {
            if (name == "model") where["model"] = value.ToString();
            else if (name.StartsWith("metadata[", StringComparison.Ordinal) && name.EndsWith(']')) where[$"metadata.{name["metadata[".Length..^1]}"] = value.ToString();
        }

        return where.Count <= MaxFilters ? where : throw ApiException.BadRequest($"A listing takes at most {MaxFilters} filters.", "metadata");
    }

    private static string Id(HttpContext http) => (string)http.GetRouteValue("id")!;

    private static ApiException Unknown(string id, string parameter = "completion_id") => ApiException.NotFound($"Completion {id} not found", parameter);

    private static Utf8JsonWriter Begin(HttpContext http)
    {
        http.Response.ContentType = Respond.Json;
        return new(http.Response.BodyWriter);
    }
}
