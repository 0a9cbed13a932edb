using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Definitions;
using Cadre.Server.HostedTools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Responses.Items;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Responses;

/// <summary>Makes a run of a request. Before it starts, what streams it is ready (<c>prepare</c>), so that nothing live is missed.</summary>
internal sealed class ResponseStarter(ServerContext context)
{
    /// <summary>How often a conversation is read anew because others have added to it since.</summary>
    private const int Tries = 16;

    /// <param name="prepare">Given the response, before its run starts.</param>
    /// <param name="streamed">Whether it is streamed even if the request does not say so.</param>
    /// <param name="known">A response that is not stored, and that the caller may go on from all the same.</param>
    public async Task<StoredResponse> StartAsync(Caller caller, Fields body, Action<StoredResponse> prepare, RunTimeline? known, bool streamed, CancellationToken cancellationToken)
    {
        var (model, agent) = await ModelAsync(caller, body, cancellationToken);
        var request = ResponseRequest.Read(body, model, agent);
        var now = context.Time.GetUtcNow();
        var run = context.Ids.NewRun();
        var history = new InputHistory(context, caller.Scope);
        var read = new InputItems(now).Read(body, "input", out var references);
        var resolved = await history.ResolveAsync(read, references, cancellationToken);
        await new NamedResources(context.Store, caller.Scope).CheckAsync(request, resolved, cancellationToken);
        StoredResponse? prepared = null;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var shown = await ShownAsync(caller, new(request.PreviousId, request.ConversationId), resolved, known, cancellationToken);
            var response = prepared ?? Response(run, request, shown, streamed);
            if (prepared is null) prepare(prepared = response);
            var order = new RunOrder(run, Define(caller, request, shown.Conversation), shown.Messages) { Before = Documents(caller, request, response, shown.Input), End = shown.End };
            switch (await context.Runs.StartAsync(order, cancellationToken))
            {
                case RunStart.Started:
                    return response;
                case RunStart.ThreadBusy:
                    throw ResponseErrors.Locked();
                case RunStart.Refused:
                    throw Changed();
            }
        }

        throw Changed();
    }

    private static ApiException Changed() => ApiException.Conflict("The conversation was changed meanwhile. Please try again.");

    private static StoredResponse Response(RunId run, ResponseRequest request, ShownHistory shown, bool streamed) => new(run.ToString())
    {
        Echo = Echo.Of(request, shown.Conversation is null ? null : $"{ItemIds.Conversation}{shown.Conversation}"),
        Conversation = shown.Conversation,
        IsUnstored = !request.Store,
        Background = request.Background,
        Stream = request.Stream || streamed,
        Include = request.Include,
        Input = [.. shown.Input.Select(item => item.Id)],
    };

    /// <summary>The endpoint's model, and the agent when the name is an agent's.</summary>
    public async ValueTask<(string Model, AgentDefinition? Agent)> ModelAsync(Caller caller, Fields body, CancellationToken cancellationToken)
    {
        var name = body.RequiredText("model", minLength: 1);
        if ((Ids.After("asst_", name) ?? Ids.After("agent_", name)) is not { } id) return (name, null);
        if (await context.Store.GetAsync(caller.Scope, AgentDefinition.Kind, id, cancellationToken) is not { } document)
            throw ApiException.NotFound($"The model '{name}' does not exist or you do not have access to it.", "model", "model_not_found");
        var agent = JsonSerializer.Deserialize(document.Body.Span, DefinitionJson.Default.AgentDefinition)!;
        return (agent.Model, agent);
    }

    /// <summary>What the model is shown of what went before, and of the input.</summary>
    public async ValueTask<ShownHistory> ShownAsync(
        Caller caller, Continued from, ImmutableArray<ThreadItem> input, RunTimeline? known, CancellationToken cancellationToken)
    {
        if (from.ConversationId is { } conversationId)
        {
            var thread = await ConversationAsync(caller, conversationId, cancellationToken);
            var written = await ItemsAsync(caller, thread, cancellationToken);
            var (messages, answering) = await new InputHistory(context, caller.Scope).AtEndOfAsync(written, input, cancellationToken);
            return new(messages, answering) { Conversation = thread, End = new(caller.Scope, written.LastOrDefault()?.Id) };
        }

        if (from.PreviousId is not { } id) return new(InputHistory.Alone(input), input);
        var previous = known is not null && ItemIds.Of(known.Run) == id ? known : await PreviousAsync(caller, id, cancellationToken);
        return new(InputHistory.After(previous, input), input);
    }

    private async ValueTask<string> ConversationAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        return Ids.After(ItemIds.Conversation, id) is { } thread && await context.Threads.GetAsync(caller.Scope, thread, cancellationToken) is not null
            ? thread
            : throw ResponseErrors.NoConversation(id);
    }

    private async ValueTask<RunTimeline> PreviousAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        if (Ids.RunAfter(ItemIds.Response, id) is not { } run || await context.Store.GetAsync(caller.Scope, StoredResponse.Kind, run.ToString(), cancellationToken) is null
            || await context.Runs.LoadAsync(caller.Scope, run, cancellationToken) is not { } timeline) throw ResponseErrors.NoPrevious(id);
        return timeline.State.HasEnded
            ? timeline
            : throw ApiException.BadRequest($"Previous response with id '{id}' is still in progress.", "previous_response_id", "previous_response_in_progress");
    }

    private async ValueTask<List<ThreadItem>> ItemsAsync(Caller caller, string thread, CancellationToken cancellationToken)
    {
        var items = new List<ThreadItem>();
        await foreach (var item in context.Threads.ReadAsync(caller.Scope, thread, cancellationToken)) items.Add(item);
        return items;
    }

    private static RunDefinition Define(Caller caller, ResponseRequest request, string? conversation)
    {
        var agent = new AgentSpec(request.Agent?.Id ?? "response", request.Model, request.Instructions ?? "", request.Tools.Names)
        {
            MaxOutputTokens = (int?)request.MaxOutputTokens,
            Temperature = request.Temperature,
            TopP = request.TopP,
            ReasoningEffort = request.ReasoningEffort,
            ToolChoice = request.ToolChoice,
            ParallelToolCalls = request.ParallelToolCalls,
        };
        var metadata = ImmutableDictionary<string, string>.Empty;
        if (request.Tools.Hosted is { } hosted) metadata = metadata.Add(HostedToolSettings.Tools, hosted);
        if (request.Agent?.ToolResources is { } resources) metadata = metadata.Add(HostedToolSettings.Resources, resources.GetRawText());
        return new(agent, caller.Owner)
        {
            Functions = request.Tools.Functions,
            EndsAtClient = true,
            Output = request.Output,
            Thread = conversation,
            Face = request.Store ? StoredResponse.Face : StoredResponse.UnstoredFace,
            // The caller's limit is on what all turns say together, and on the calls of this server's tools.
            Budget = new(OutputTokens: request.MaxOutputTokens, Calls: request.Tools.Names.IsEmpty ? null : request.MaxToolCalls),
            // This protocol's way to ask is not served. A program's key stands for the operator; a person may not do unasked what asks.
            Approvals = caller.Owner.IsPerson ? ApprovalMode.Never : ApprovalMode.Auto,
            OnOutage = OutagePolicy.Fail,
            Metadata = metadata,
        };
    }

    private List<Change> Documents(Caller caller, ResponseRequest request, StoredResponse response, ImmutableArray<ThreadItem> input)
    {
        var changes = new List<Change>();
        if (request.Store) changes.Add(new Change.Create(response.ToDocument(caller.Owner, context.Time.GetUtcNow())));
        if ((response.Conversation ?? (request.Store ? response.Run.ToString() : null)) is not { } parent) return changes;
        foreach (var item in input) changes.Add(new Change.Create(ThreadStore.Document(item, parent, caller.Owner)));
        return changes;
    }
}

/// <summary>What a request goes on from; at most one of the two.</summary>
internal readonly record struct Continued(string? PreviousId, string? ConversationId);

/// <summary>What the model is shown.</summary>
/// <param name="Input">With the runs whose calls it answers.</param>
internal sealed record ShownHistory(ImmutableArray<Message> Messages, ImmutableArray<ThreadItem> Input)
{
    /// <summary>The thread that is gone on with; null when it is none.</summary>
    public string? Conversation { get; init; }

    /// <summary>Of that thread, as it was read.</summary>
    public ThreadEnd? End { get; init; }
}
