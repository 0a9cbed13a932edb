using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Responses.Items;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Responses.Conversations;

/// <summary>Conversations: the threads of all faces.</summary>
internal sealed class ConversationRoutes(ServerContext context)
{
    /// <summary>Tries to change a thread that others change as well.</summary>
    private const int Tries = 8;

    public async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        var now = context.Time.GetUtcNow();
        var items = await NewItemsAsync(body, "items", caller, now, context, http.RequestAborted);
        var thread = new ConversationThread(Ids.New()) { CreatedAt = now, Face = ForeignItem.Face, Metadata = body.Metadata()?.ToImmutableDictionary() };
        await context.Store.CommitAsync(
            [new Change.Create(ThreadStore.Document(thread, caller.Owner)), .. items.Select(item => new Change.Create(ThreadStore.Document(item, thread.Id, caller.Owner)))],
            http.RequestAborted);
        await Respond.WriteAsync(http, json => Write(json, thread));
    }

    public async Task GetAsync(HttpContext http)
    {
        var thread = await LoadAsync(context, http);
        await Respond.WriteAsync(http, json => Write(json, thread));
    }

    public async Task UpdateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var metadata = (body.Metadata() ?? throw ApiException.Missing("metadata")).ToImmutableDictionary();
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var thread = await LoadAsync(context, http);
            if (await context.Store.GetAsync(Caller.Of(http).Scope, ThreadStore.ThreadKind, thread.Id, http.RequestAborted) is not { } document) continue;
            thread = ThreadStore.ReadThread(document) with { Metadata = metadata };
            var changed = ThreadStore.Document(thread, document.Owner);
            if (!(await context.Store.CommitAsync([new Change.Replace(changed, document.Version)], http.RequestAborted)).Won) continue;
            await Respond.WriteAsync(http, json => Write(json, thread));
            return;
        }

        throw ApiException.Conflict("Others change the conversation all the time. Please try again.");
    }

    public async Task DeleteAsync(HttpContext http)
    {
        var thread = await LoadAsync(context, http);
        var committed = await context.Store.CommitAsync(
            [new Change.RequireIdle(thread.Id), new Change.Delete(Caller.Of(http).Scope, ThreadStore.ThreadKind, thread.Id)], http.RequestAborted);
        if (!committed.Won) throw ResponseErrors.Locked();
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, $"{ItemIds.Conversation}{thread.Id}");
            json.WriteString("object"u8, "conversation.deleted"u8);
            json.WriteBoolean("deleted"u8, true);
            json.WriteEndObject();
        });
    }

    public static async ValueTask<ConversationThread> LoadAsync(ServerContext context, HttpContext http)
    {
        var id = http.GetRouteValue("conversation_id") as string;
        return Ids.After(ItemIds.Conversation, id) is { } thread && await context.Threads.GetAsync(Caller.Of(http).Scope, thread, http.RequestAborted) is { } found
            ? found
            : throw ResponseErrors.NoConversation(id);
    }

    public static void Write(Utf8JsonWriter json, ConversationThread thread)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, $"{ItemIds.Conversation}{thread.Id}");
        json.WriteString("object"u8, "conversation"u8);
        json.WriteNumber("created_at"u8, thread.CreatedAt.ToUnixTimeSeconds());
        json.WriteStartObject("metadata"u8);
        foreach (var (key, value) in thread.Metadata ?? ImmutableDictionary<string, string>.Empty) json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static async ValueTask<ImmutableArray<ThreadItem>> NewItemsAsync(
        Fields body, string name, Caller caller, DateTimeOffset now, ServerContext context, CancellationToken cancellationToken)
    {
        if (body.Any(name) is { ValueKind: not JsonValueKind.Array } other) throw ApiException.WrongType(name, "an array of items", Fields.Kind(other));
        var items = new InputItems(now).Read(body, name, out var references, ConversationItemRoutes.MaxNewItems);
        return await new InputHistory(context, caller.Scope).ResolveAsync(items, references, cancellationToken);
    }
}
