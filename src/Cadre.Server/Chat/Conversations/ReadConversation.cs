using System.Globalization;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Threads;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Chat.Conversations;

/// <summary>GET …/{id}: how a conversation stands, and its messages, the oldest first. GET …/{id}/export: all of them as a file.</summary>
internal sealed class ReadConversation(ServerContext context)
{
    private const int DefaultMessages = 200;
    private const int MaxMessages = 1_000;

    /// <summary>The newest <c>limit</c> messages, or those that end next to <c>before</c>.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var query = ListQuery.Read(http, DefaultMessages, MaxMessages);
        if (query.After is not null) throw ApiException.BadRequest("This listing has no 'after': it begins with the newest messages; go on with 'before'.", "after", "unknown_parameter");
        var chat = await ChatCaller.OfAsync(context, http);
        var messages = ChatMessage.Of(await ItemsAsync(chat, http.RequestAborted));
        var to = messages.Count;
        if (query.Before is { } before && (to = messages.FindIndex(message => message.Id == before)) < 0)
            throw ApiException.BadRequest("The cursor names no message of this conversation.", "before", "invalid_value");
        var from = Math.Max(0, to - query.Limit);
        var newest = await chat.NewestAsync(context, http.RequestAborted);
        await Respond.WriteAsync(http, json => ConversationView.Write(json, chat.Thread, newest, messages.Skip(from).Take(to - from), before: from > 0));
    }

    public async Task ExportAsync(HttpContext http)
    {
        var format = http.Request.Query["format"].ToString();
        if (format is not ("" or "json" or "markdown")) throw ApiException.WrongValue("format", format, "json", "markdown");
        var chat = await ChatCaller.OfAsync(context, http);
        var messages = ChatMessage.Of(await ItemsAsync(chat, http.RequestAborted));
        var name = string.Create(CultureInfo.InvariantCulture, $"{ChatIds.OfConversation(chat.Id)}.{(format == "markdown" ? "md" : "json")}");
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        if (format == "markdown")
        {
            await Respond.BytesAsync(http, MarkdownExport.Of(chat.Thread, messages), "text/markdown; charset=utf-8");
            return;
        }

        var newest = await chat.NewestAsync(context, http.RequestAborted);
        await Respond.WriteAsync(http, json => ConversationView.Write(json, chat.Thread, newest, messages, before: false));
    }

    private async ValueTask<List<ThreadItem>> ItemsAsync(ChatCaller chat, CancellationToken cancellationToken)
    {
        List<ThreadItem> items = [];
        await foreach (var item in context.Threads.ReadAsync(chat.Caller.Own, chat.Id, cancellationToken)) items.Add(item);
        return items;
    }
}
