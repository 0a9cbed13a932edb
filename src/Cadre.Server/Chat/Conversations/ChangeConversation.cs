using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Chat.Conversations;

/// <summary>PATCH …/{id}: another title. DELETE …/{id}: with its messages and runs; an answer that is being written is cancelled first.</summary>
internal sealed class ChangeConversation(ServerContext context)
{
    private const int Tries = 8;

    /// <summary>Runs forgotten in one commit.</summary>
    private const int Batch = 100;

    public async Task RenameAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        body.RefuseOthers("title");
        var title = body.RequiredText("title", ChatTitle.MaxLength, 1);
        for (var tries = 0; tries < Tries; tries++)
        {
            var chat = await ChatCaller.OfAsync(context, http);
            var renamed = chat.Thread with { Title = title };
            if (!(await context.Store.CommitAsync([new Change.Replace(ThreadStore.Document(renamed, chat.Caller.Owner), chat.Version)], http.RequestAborted)).Won) continue;
            await Respond.WriteAsync(http, json => ConversationView.Write(json, renamed));
            return;
        }

        throw ApiException.Conflict("The conversation is changed by others all the time; try again.", "conflict");
    }

    public async Task DeleteAsync(HttpContext http)
    {
        var chat = await ChatCaller.OfAsync(context, http);
        for (var tries = 0; tries < Tries; tries++)
        {
            if (await context.Runs.ActiveAsync(chat.Id, http.RequestAborted) is { } active)
                await OpenTurn.CancelAsync(context, new RunTimeline(active.Run), chat.Caller.Author, "The conversation was deleted.", http.RequestAborted);
            await ForgetAsync(chat, http.RequestAborted);
            Change[] changes = [new Change.RequireIdle(chat.Id), new Change.Delete(chat.Caller.Own, ThreadStore.ThreadKind, chat.Id)];
            if (!(await context.Store.CommitAsync(changes, http.RequestAborted)).Won) continue;
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        throw ApiException.Conflict("Answers are begun in this conversation all the time; try again.", "conversation_busy");
    }

    /// <summary>What the conversation's runs have recorded is gone with it.</summary>
    private async ValueTask ForgetAsync(ChatCaller chat, CancellationToken cancellationToken)
    {
        while (await context.Store.ListRunsAsync(chat.Caller.Own, new() { Thread = chat.Id, Ended = true, Limit = Batch }, cancellationToken) is { Count: > 0 } runs)
        {
            if (!(await context.Store.CommitAsync([.. runs.Select(run => new Change.Forget(run.Run))], cancellationToken)).Won) return;
        }
    }
}
