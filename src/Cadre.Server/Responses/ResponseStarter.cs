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
    /// <param name="prepare">Given the response, before its run starts.</param>
    public async Task<StoredResponse> StartAsync(Caller caller, Fields body, Action<StoredResponse>? prepare, CancellationToken cancellationToken)
    {
        var (model, agent) = await ModelAsync(caller, body, cancellationToken);
        var request = ResponseRequest.Read(body, model, agent);
        var now = context.Time.GetUtcNow();
        var run = context.Ids.NewRun();
        var history = new InputHistory(context, caller.Scope);
        var read = new InputItems(now).Read(body, "input", out var references);
        var input = await history.ResolveAsync(read, references, cancellationToken);
        var conversation = await ConversationAsync(caller, request, cancellationToken);
        var previous = await PreviousAsync(caller, request, cancellationToken);
        ImmutableArray<Message> messages;
        if (conversation is not null) (messages, input) = await history.AtEndOfAsync(await ItemsAsync(caller, conversation, cancellationToken), input, cancellationToken);
        else messages = previous is null ? InputHistory.Alone(input) : InputHistory.After(previous, input);

        var response = new StoredResponse(run.ToString())
        {
            Echo = Echo.Of(request, conversation is null ? null : $"{ItemIds.Conversation}{conversation}"),
            Conversation = conversation,
            Background = request.Background,
            Stream = request.Stream,
            Include = request.Include,
            Input = [.. input.Select(item => item.Id)],
        };
        var order = new RunOrder(run, Define(caller, request, conversation), messages) { Before = Documents(caller, request, response, input) };
        prepare?.Invoke(response);
        return await context.Runs.StartAsync(order, cancellationToken) switch
        {
            RunStart.Started => response,
            RunStart.ThreadBusy => throw ResponseErrors.Locked(),
            _ => throw ApiException.Conflict("The conversation was changed meanwhile. Please try again."),
        };
    }

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

    public async ValueTask<string?> ConversationAsync(Caller caller, ResponseRequest request, CancellationToken cancellationToken)
    {
        if (request.ConversationId is not { } id) return null;
        return Ids.After(ItemIds.Conversation, id) is { } thread && await context.Threads.GetAsync(caller.Scope, thread, cancellationToken) is not null
            ? thread
            : throw ResponseErrors.NoConversation(id);
    }

    public async ValueTask<RunTimeline?> PreviousAsync(Caller caller, ResponseRequest request, CancellationToken cancellationToken)
    {
        if (request.PreviousId is not { } id) return null;
        if (Ids.RunAfter(ItemIds.Response, id) is not { } run || await context.Store.GetAsync(caller.Scope, StoredResponse.Kind, run.ToString(), cancellationToken) is null
            || await context.Runs.LoadAsync(caller.Scope, run, cancellationToken) is not { } timeline) throw ResponseErrors.NoPrevious(id);
        return timeline.State.HasEnded ? timeline : throw ApiException.BadRequest($"Previous response with id '{id}' is still in progress.", "previous_response_id", "previous_response_in_progress");
    }

    public async ValueTask<List<ThreadItem>> ItemsAsync(Caller caller, string thread, CancellationToken cancellationToken)
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
            Approvals = ApprovalMode.Auto,
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
