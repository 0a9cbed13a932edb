using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Definitions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Cadre.Wire.ChatKit;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.ChatKit;

/// <summary>The requests of the protocol that are answered by a stream. What was started goes on when the client leaves.</summary>
internal sealed class ChatReplies(ServerContext context, SessionRuns runs, ChatUploads uploads)
{
    private const int TitleLength = 60;
    private const string WorkflowMember = "workflow_id";

    public async Task CreateAsync(HttpContext http, ChatCaller caller, Fields body, Fields parameters)
    {
        var agent = await AgentAsync(caller, body, null, http.RequestAborted);
        var item = await InputAsync(caller, parameters, http.RequestAborted);
        var thread = new ConversationThread(Ids.New())
        {
            CreatedAt = context.Time.GetUtcNow(),
            Face = ChatExtra.Face,
            Title = caller.Session is { Titling: false } ? null : Title(item),
            Extra = ChatView.With(null, new() { Agent = agent.Id }),
        };
        var create = new Change.Create(ThreadStore.Document(thread, caller.Owner));
        await RespondAsync(http, caller, thread, agent, item, new(context.Ids.NewRun(), agent, caller.Owner, thread.Id) { Before = [create] }, isNew: true);
    }

    public async Task AddMessageAsync(HttpContext http, ChatCaller caller, Fields body, Fields parameters)
    {
        var (thread, owner) = await ThreadAsync(caller, parameters, http.RequestAborted);
        var agent = await AgentAsync(caller, body, thread, http.RequestAborted);
        var item = await InputAsync(caller, parameters, http.RequestAborted);
        await RespondAsync(http, caller, thread, agent, item, new(context.Ids.NewRun(), agent, owner, thread.Id), isNew: false);
    }

    /// <summary>Answers a user's message once more; what followed it is gone.</summary>
    public async Task RetryAsync(HttpContext http, ChatCaller caller, Fields body, Fields parameters)
    {
        var (thread, owner) = await ThreadAsync(caller, parameters, http.RequestAborted);
        var agent = await AgentAsync(caller, body, thread, http.RequestAborted);
        var id = parameters.RequiredText("item_id");
        if (Ids.After(ChatView.ItemPrefix, id) is not { } bare || await context.Threads.GetItemAsync(caller.Scope, thread.Id, bare, http.RequestAborted) is not { } item)
            throw ApiException.NotFound($"No item found with id '{id}'.", parameters.At("item_id"));
        if (item.Body is not ItemBody.Said { Speaker: Speaker.User }) throw ApiException.BadRequest($"The item '{id}' is not a user's message.", parameters.At("item_id"), "invalid_value");
        await RespondAsync(http, caller, thread, agent, null, new(context.Ids.NewRun(), agent, owner, thread.Id) { Until = bare }, isNew: false);
    }

    /// <summary>The output of the client's tool that was asked for first.</summary>
    public async Task AddOutputAsync(HttpContext http, ChatCaller caller, Fields parameters)
    {
        var (thread, _) = await ThreadAsync(caller, parameters, http.RequestAborted);
        var active = await context.Runs.ActiveAsync(thread.Id, http.RequestAborted);
        var run = active is null ? null : await context.Runs.LoadAsync(Scope.Everything, active.Run, http.RequestAborted);
        if (run?.State.Calls.FirstOrDefault(call => call.Phase == CallPhase.AtClient) is not { } waiting)
            throw ApiException.BadRequest($"No tool call of the thread '{ChatView.ThreadPrefix}{thread.Id}' waits for an output.", parameters.At("thread_id"), "invalid_value");
        var output = parameters.Any("result") switch
        {
            null => "",
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { } other => other.GetRawText(),
        };
        var submitted = await context.Runs.Control.SubmitAsync(run.Run, new Dictionary<string, ToolResult> { [waiting.Request.CallId] = ToolResult.Ok(output) }, http.RequestAborted);
        if (submitted != CommandResult.Done) throw AgentErrors.Conflict("The call has been answered meanwhile.");
        using var sending = await EventStream.StartAsync(http);
        await SendAsync(sending, new ChatEvent.StreamOptions(new(false)));
        await FollowAsync(http, sending, thread.Id, run);
    }

    private async Task RespondAsync(HttpContext http, ChatCaller caller, ConversationThread thread, AgentDefinition agent, ThreadItem? item, AgentOrder order, bool isNew)
    {
        if (item is not null) order = order with { Given = [item] };
        if (caller.Session?.StateVariables is { } variables) order = order with { Agent = agent with { Instructions = $"{agent.Instructions}\n\nState variables of this chat: {variables.GetRawText()}" } };
        var started = await runs.StartAsync(order with { Face = ChatExtra.Face }, http.RequestAborted);
        using var sending = await EventStream.StartAsync(http);
        if (started is not RunStart.Started)
        {
            await SendAsync(sending, new ChatEvent.StreamError("custom", "An answer is being written in this thread; wait for it.", AllowRetry: true));
            return;
        }

        if (isNew) await SendAsync(sending, new ChatEvent.ThreadCreated(ChatView.ChatThread(thread)));
        if (item is not null) await SendAsync(sending, new ChatEvent.ItemDone(ChatView.ChatItem(item, thread.Id, null)!));
        await SendAsync(sending, new ChatEvent.StreamOptions(new(AllowCancel: false)));
        await FollowAsync(http, sending, thread.Id, new(order.Run));
    }

    /// <summary>Until the run ends or waits for the client.</summary>
    private async Task FollowAsync(HttpContext http, EventStream sending, string thread, RunTimeline run)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        var events = new ChatEvents(thread, run);
        try
        {
            await foreach (var update in context.Runs.StreamAsync(run, run.State.Version, end.Token))
            {
                foreach (var @event in events.On(update, context.Time.GetUtcNow())) await SendAsync(sending, @event);
                if (update is RunUpdate.Fact && run.Phase == RunPhase.AwaitingCaller) return;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The run goes on; the client reads the thread again.
        }
    }

    private async ValueTask<AgentDefinition> AgentAsync(ChatCaller caller, Fields body, ConversationThread? thread, CancellationToken cancellationToken)
    {
        // What a session may use was chosen by the key that made it; an API caller uses what it reaches itself.
        var scope = caller.Session is null ? caller.Scope : new Scope(caller.Owner.Organisation);
        var agent = caller.Session?.Agent ?? (thread is null ? null : ChatView.ExtraOf(thread.Extra).Agent);
        if (agent is not null && await context.Store.GetAsync(scope, AgentDefinition.Kind, agent, cancellationToken) is { } document) return AgentStore.Read(document);
        if (caller.Session is { } session) throw ApiException.NotFound($"The agent behind the workflow '{session.Workflow}' is gone.");
        var parameter = body.Object("metadata") is { } metadata ? metadata.At(WorkflowMember) : $"metadata.{WorkflowMember}";
        var workflow = body.Object("metadata")?.Text(WorkflowMember) ?? throw ApiException.Missing(parameter);
        return await WorkflowAgents.FindAsync(context.Store, scope, workflow, parameter, cancellationToken);
    }

    private async ValueTask<ThreadItem> InputAsync(ChatCaller caller, Fields parameters, CancellationToken cancellationToken)
    {
        var input = parameters.Object("input") ?? throw ApiException.Missing(parameters.At("input"));
        return ChatInput.Read(input, await uploads.FindAsync(caller, ChatInput.Attachments(input), input.At("attachments"), cancellationToken), context.Time.GetUtcNow());
    }

    private ValueTask<(ConversationThread Thread, Owner Owner)> ThreadAsync(ChatCaller caller, Fields parameters, CancellationToken cancellationToken) =>
        ChatThreads.FindAsync(context, caller, parameters, cancellationToken);

    private static string? Title(ThreadItem item)
    {
        var text = ((ItemBody.Said)item.Body).PlainText.ReplaceLineEndings(" ").Trim();
        if (text.Length <= TitleLength) return text.Length == 0 ? null : text;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[TitleLength - 1]) ? TitleLength - 1 : TitleLength), "…");
    }

    private static ValueTask SendAsync(EventStream sending, ChatEvent @event) => sending.SendAsync(null, @event, ChatKitJson.Default.ChatEvent);
}
