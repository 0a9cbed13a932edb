using System.Text.Json;
using Cadre.Server.Definitions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;
using Cadre.Wire.ChatCompletions;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.ChatCompletions;

/// <summary>Chat Completions over an agent: a run without a thread, which is forgotten when it was answered.</summary>
internal sealed class AgentChat
{
    private readonly ServerContext _context;
    private readonly StoredChats _stored;
    private readonly AnsweredRuns _answered;

    public AgentChat(ServerContext context, StoredChats stored)
    {
        (_context, _stored) = (context, stored);
        _answered = new(context);
        context.Work.Add("Forgetting of answered chat runs", _answered.RunAsync);
    }

    /// <param name="agent">Without a prefix.</param>
    /// <param name="model">The agent as the caller named it.</param>
    public async Task HandleAsync(HttpContext http, string agent, string model)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        if (await _context.Store.GetAsync(caller.Scope, AgentDefinition.Kind, agent, http.RequestAborted) is not { } document)
            throw ApiException.NotFound($"The model `{model}` does not exist or you do not have access to it.", null, "model_not_found");
        var request = ChatRequest.Read(body, Definition(document), caller.Owner);
        var run = _context.Ids.NewRun();
        if (await _context.Runs.StartAsync(new(run, request.Definition, request.Messages), http.RequestAborted) is not RunStart.Started)
            throw new InvalidOperationException($"The new run {run} was refused.");
        var timeline = new RunTimeline(run);
        try
        {
            var answer = new ChatAnswer($"chatcmpl-{run}", _context.Time.GetUtcNow().ToUnixTimeSeconds(), model, request);
            if (request.Streams) await StreamAsync(http, timeline, answer);
            else await AnswerAsync(http, timeline, answer);
        }
        finally
        {
            _answered.Add(run, timeline.State.HasEnded);
        }

        async Task AnswerAsync(HttpContext http, RunTimeline timeline, ChatAnswer answer)
        {
            await foreach (var update in _context.Runs.StreamAsync(timeline, 0, http.RequestAborted))
            {
                if (answer.Take(timeline, update, out _)) break;
            }

            if (answer.Failure is { } failure) throw failure;
            var completion = answer.Whole(timeline);
            if (request.Stores) await _stored.KeepAsync(caller, completion, body.Raw, http.RequestAborted);
            await Respond.JsonAsync(http, completion, ChatAnswersJson.Default.ChatCompletion);
        }

        async Task StreamAsync(HttpContext http, RunTimeline timeline, ChatAnswer answer)
        {
            using var events = await EventStream.StartAsync(http);
            await events.SendAsync(null, answer.First(), ChatAnswersJson.Default.ChatCompletionChunk);
            await foreach (var update in _context.Runs.StreamAsync(timeline, 0, http.RequestAborted))
            {
                var ended = answer.Take(timeline, update, out var delta);
                if (delta.Length > 0) await events.SendAsync(null, answer.Delta(delta), ChatAnswersJson.Default.ChatCompletionChunk);
                if (ended) break;
            }

            if (answer.Failure is { } failure)
            {
                await events.SendAsync(null, json => Errors.WriteOpenAi(json, failure));
                return;
            }

            if (request.Stores) await _stored.KeepAsync(caller, answer.Whole(timeline), body.Raw, http.RequestAborted);
            foreach (var chunk in answer.Last(timeline)) await events.SendAsync(null, chunk, ChatAnswersJson.Default.ChatCompletionChunk, flush: false);
            await events.SendTextAsync(null, "[DONE]");
        }
    }

    private static AgentDefinition Definition(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, DefinitionJson.Default.AgentDefinition) ?? throw new InvalidDataException($"The agent {document.Id} is empty.");
}
