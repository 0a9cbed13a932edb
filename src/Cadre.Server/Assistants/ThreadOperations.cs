using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Cadre.Wire.Assistants;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants;

/// <summary>/v1/threads</summary>
internal sealed class ThreadOperations(ServerContext context, MessageFiles files)
{
    /// <summary>Runs forgotten in one transaction.</summary>
    private const int Batch = 200;

    /// <summary>How long a deletion waits for a run that it has cancelled.</summary>
    private static readonly TimeSpan CancelWait = TimeSpan.FromSeconds(20);

    public async Task CreateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var (thread, messages) = await NewAsync(Caller.Of(http), body, http.RequestAborted);
        await context.Store.CommitAsync(ThreadForm.Changes(thread, messages, Caller.Of(http).Owner), http.RequestAborted);
        await RespondAsync(http, thread);
    }

    public async Task GetAsync(HttpContext http) => await RespondAsync(http, await FindAsync(Caller.Of(http).Scope, AssistantIds.OfThread(http), http.RequestAborted));

    /// <summary>OpenAI's service has no listing of threads: this is an addition.</summary>
    public async Task ListAsync(HttpContext http)
    {
        var query = Listing.Query(ThreadStore.ThreadKind, ListQuery.Read(http), AssistantIds.Thread, AssistantIds.NoThread);
        var page = await context.Store.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw AssistantIds.NoThread(AssistantIds.Thread + (query.After ?? query.Before));
        var list = Listing.Page([.. page.Items.Select(document => ThreadForm.Render(ThreadStore.ReadThread(document)))], thread => thread.Id, page.HasMore);
        await Respond.JsonAsync(http, list, AssistantsJson.Default.ThreadList);
    }

    public async Task ModifyAsync(HttpContext http)
    {
        var id = AssistantIds.OfThread(http);
        var body = await RequestBody.ReadAsync(http);
        var caller = Caller.Of(http);
        ThreadForm.Modify(await FindAsync(caller.Scope, id, http.RequestAborted), body);
        var resources = await ToolResources.ReadAsync(context, caller.Owner, body, http.RequestAborted);
        var changed = await ChangeAsync(caller, id, thread =>
        {
            var modified = ThreadForm.Modify(thread, body);
            return resources is null ? modified : modified with { ToolResources = resources };
        }, http.RequestAborted);
        await RespondAsync(http, changed);
    }

    /// <summary>With its items and its runs. A run that is active is cancelled first.</summary>
    public async Task DeleteAsync(HttpContext http)
    {
        var id = AssistantIds.OfThread(http);
        var caller = Caller.Of(http);
        await FindAsync(caller.Scope, id, http.RequestAborted);
        using var limit = new CancellationTokenSource(CancelWait, context.Time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, http.RequestAborted);
        while (true)
        {
            await ForgetAsync(caller.Scope, id, http.RequestAborted);
            Change[] changes = [new Change.RequireIdle(id), new Change.Delete(caller.Scope, ThreadStore.ThreadKind, id)];
            if ((await context.Store.CommitAsync(changes, http.RequestAborted)).Won) break;
            if (await context.Runs.ActiveAsync(id, http.RequestAborted) is { } active) await CancelAsync(active.Run, caller, ended.Token, http.RequestAborted);
        }

        await Respond.JsonAsync(http, new DeletedObject(AssistantIds.Thread + id, "thread.deleted"), AssistantsJson.Default.DeletedObject);
    }

    /// <param name="id">Bare.</param>
    public async ValueTask<ConversationThread> FindAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        await context.Threads.GetAsync(scope, id, cancellationToken) ?? throw AssistantIds.NoThread(AssistantIds.Thread + id);

    /// <summary>A thread that a request describes, not yet created, and its messages.</summary>
    public async ValueTask<(ConversationThread Thread, IReadOnlyList<ThreadItem> Messages)> NewAsync(Caller caller, Fields body, CancellationToken cancellationToken)
    {
        var (thread, messages) = ThreadForm.Create(body, context.Time.GetUtcNow());
        var resources = await ToolResources.ReadAsync(context, caller.Owner, body, cancellationToken);
        return (thread with { ToolResources = await files.ResourcesAsync(caller, resources, messages, cancellationToken) ?? resources }, messages);
    }

    /// <summary>Gives the thread the files that come with messages, before they are added.</summary>
    public async ValueTask<ConversationThread> TakeFilesAsync(Caller caller, ConversationThread thread, IReadOnlyList<ThreadItem> messages, CancellationToken cancellationToken) =>
        await files.ResourcesAsync(caller, thread.ToolResources, messages, cancellationToken) is { } resources
            ? await ChangeAsync(caller, thread.Id, current => current with { ToolResources = ToolResources.Union(current.ToolResources, resources) }, cancellationToken)
            : thread;

    private async ValueTask<ConversationThread> ChangeAsync(Caller caller, string id, Func<ConversationThread, ConversationThread> change, CancellationToken cancellationToken)
    {
        var changed = await context.Store.UpdateAsync(
            caller.Scope, ThreadStore.ThreadKind, id, document => ThreadStore.Document(change(ThreadStore.ReadThread(document)), document.Owner).Body, cancellationToken);
        return changed is null ? throw AssistantIds.NoThread(AssistantIds.Thread + id) : ThreadStore.ReadThread(changed);
    }

    private async ValueTask ForgetAsync(Scope scope, string thread, CancellationToken cancellationToken)
    {
        while (await context.Store.ListRunsAsync(scope, new() { Thread = thread, Ended = true, Limit = Batch }, cancellationToken) is { Count: > 0 } ended)
        {
            Change[] changes = [.. ended.Select(run => new Change.Forget(run.Run))];
            if (!(await context.Store.CommitAsync(changes, cancellationToken)).Won) throw ApiException.Conflict("The thread's runs are in use; try again.");
        }
    }

    private async ValueTask CancelAsync(RunId run, Caller caller, CancellationToken ended, CancellationToken cancellationToken)
    {
        await context.Runs.Control.CancelAsync(run, caller.Author, "Its thread was deleted.", cancellationToken);
        try
        {
            await foreach (var _ in context.Runs.Feed.ReadAsync(run, 0, ended)) ;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ApiException.Conflict($"The thread's run {AssistantIds.Run}{run} is being cancelled and has not ended yet; try again.");
        }
    }

    private static Task RespondAsync(HttpContext http, ConversationThread thread) => Respond.JsonAsync(http, ThreadForm.Render(thread), AssistantsJson.Default.ThreadObject);
}
