using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Endpoints;
using Cadre.Models.Http;
using Cadre.Models.Wires;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Models.Capabilities;

/// <summary>
/// Asks an endpoint what it can do. Works on a card of its own, so that nothing known before is lost when the endpoint cannot be reached, and nothing
/// known before is taken for an answer.
/// </summary>
/// <param name="connect">An endpoint model over a given card.</param>
internal sealed class Prober(EndpointHttp http, Func<CapabilityCards, EndpointOptions, EndpointModel> connect, CapabilityCards cards, EndpointOptions options)
{
    private static readonly SchemaMode[] Modes = [SchemaMode.JsonSchema, SchemaMode.JsonObject];

    public async Task<ModelListing> ListAsync(CancellationToken cancellationToken) => (await AskForListAsync("", cancellationToken)).Listing;

    public async Task<CapabilityCard> ProbeAsync(string model, CancellationToken cancellationToken)
    {
        var scratch = new CapabilityCards(options.Endpoint.Address, stateDirectory: null, http.Time, NullLogger.Instance);
        var (listing, listEvidence) = await AskForListAsync(model, cancellationToken);

        var anyWire = connect(scratch, options with { ForceChatCompletions = false });
        var ping = await AskAsync(anyWire, ProbeRequests.Ping(model), cancellationToken);
        var responses = Proven(scratch.Card.Responses, ping);
        var ofModel = Proven(scratch.Card.For(model).Responses, ping);

        // The rest is asked by the wire that will be used.
        var endpoint = connect(scratch, options);
        if (options.ForceChatCompletions) ping = await AskAsync(endpoint, ProbeRequests.Ping(model), cancellationToken);
        var found = scratch.Card.For(model) with { Responses = ofModel, Answers = Found(ping.Reply is not null, ping) };
        if (ping.Reply is not null)
        {
            found = found with { StreamingUsage = Found(ping.ReportsUsage, ping) };
            found = found with { ToolArguments = await JudgeAsync(endpoint, ProbeRequests.Echo(model), ProbeRequests.Echoes, cancellationToken) };
            found = found with { ParallelCalls = await JudgeAsync(endpoint, ProbeRequests.Parallel(model), ProbeRequests.IsParallel, cancellationToken) };
            found = found with { Schema = await FindSchemaModeAsync(scratch, model, cancellationToken) };
            found = found with { Dropped = scratch.Card.For(model).Dropped };
        }

        var embeddings = await AskForEmbeddingAsync(EmbeddingModel(listing, model), cancellationToken);
        cards.Update(card => (card with
        {
            Responses = responses ?? card.Responses,
            ModelList = listEvidence is null ? card.ModelList : Found(listing.Failure is null, listEvidence),
            Listed = listing.Failure is null ? listing.Models : card.Listed,
            Embeddings = embeddings ?? card.Embeddings,
        }).With(model, ping.Reply is null ? card.For(model) with { Answers = found.Answers } : found));
        return cards.Card;
    }

    /// <summary>The strongest mode whose answer is really of the schema: some endpoints take the field and ignore it.</summary>
    private async Task<Finding<SchemaMode>?> FindSchemaModeAsync(CapabilityCards scratch, string model, CancellationToken cancellationToken)
    {
        var evidence = "";
        foreach (var mode in Modes)
        {
            // The mode is forced by writing it on the probe's own card.
            scratch.Update(card => card.With(model, card.For(model) with { Schema = new(mode, FindingSource.Probe, http.Time.GetUtcNow(), "") }));
            var answer = await AskAsync(connect(scratch, options), ProbeRequests.Structured(model), cancellationToken);
            if (answer.Failure is { IsTransient: true }) return null;
            evidence = answer.Evidence;
            var used = scratch.Card.For(model).Schema!.Value;
            if (answer.Reply is { } reply && ProbeRequests.IsStructured(reply) && used != SchemaMode.None) return Of(used, evidence);
        }

        return Of(SchemaMode.None, evidence);
    }

    private async Task<Finding<bool>?> JudgeAsync(EndpointModel endpoint, ModelRequest request, Func<ModelReply, bool> judge, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(endpoint, request, cancellationToken);
        if (answer.Failure is { Kind: ModelFailureKind.Refused } && request.ToolChoice is not null)
            answer = await AskAsync(endpoint, request with { ToolChoice = null }, cancellationToken);
        return answer.Failure is { IsTransient: true } ? null : Found(answer.Reply is { } reply && judge(reply), answer);
    }

    private static async Task<Answer> AskAsync(EndpointModel endpoint, ModelRequest request, CancellationToken cancellationToken)
    {
        using var call = await endpoint.OpenAsync(request, new("", request.Model, KeepsExcerpts: true), cancellationToken);
        var answer = new Answer(null, null, false, "");
        await foreach (var chunk in call.ReadAsync(cancellationToken))
        {
            if (chunk is ModelChunk.Completed completed) answer = answer with { Reply = completed.Reply };
            else if (chunk is ModelChunk.Failed failed) answer = answer with { Failure = failed.Failure };
        }

        var evidence = answer.Failure is { } failure ? $"{failure.Message} {call.Evidence}" : call.Evidence;
        return answer with { ReportsUsage = call.ReportsUsage, Evidence = evidence };
    }

    private async Task<(ModelListing Listing, string? Evidence)> AskForListAsync(string model, CancellationToken cancellationToken)
    {
        using var exchange = http.Begin(new("models", model, KeepsExcerpts: true), cancellationToken);
        var opening = await http.OpenAsync(exchange, body: null);
        try
        {
            if (opening is Opening.Whole whole && ModelListing.Parse(whole.Body) is { } listing)
            {
                exchange.Ends(null);
                return (listing, exchange.Describe([]));
            }
        }
        catch (JsonException)
        {
            // Told below like any other body that is no list.
        }

        var failure = (opening as Opening.Refused)?.Refusal.Failure ?? new(ModelFailureKind.Malformed, $"{exchange.Host} answered with no list of models.", exchange.Status);
        exchange.Ends(failure.Kind);
        return (new([], failure), failure.IsTransient ? null : $"{failure.Message} {exchange.Describe([])}");
    }

    private async Task<Finding<bool>?> AskForEmbeddingAsync(string model, CancellationToken cancellationToken)
    {
        using var exchange = http.Begin(new("embeddings", model, KeepsExcerpts: true), cancellationToken);
        var body = ProbeRequests.Embedding(model);
        var opening = await http.OpenAsync(exchange, body);
        exchange.Ends((opening as Opening.Refused)?.Refusal.Failure.Kind);
        bool? has = opening switch
        {
            Opening.Whole => true,
            Opening.Refused { Refusal.IsMissingPath: true } => false,
            _ => null,
        };
        return has is { } value ? Found(value, exchange.Describe(body.Span)) : null;
    }

    private static string EmbeddingModel(ModelListing listing, string model) =>
        listing.Models.FirstOrDefault(listed => listed.Id.Contains("embed", StringComparison.OrdinalIgnoreCase))?.Id ?? model;

    private Finding<bool>? Proven(Finding<bool>? learnt, Answer answer) =>
        learnt is null ? null : Found(learnt.Value, learnt.Value ? answer.Evidence : learnt.Evidence);

    private Finding<bool> Found(bool value, Answer answer) => Found(value, answer.Evidence);

    private Finding<bool> Found(bool value, string evidence) => new(value, FindingSource.Probe, http.Time.GetUtcNow(), evidence);

    private Finding<SchemaMode> Of(SchemaMode mode, string evidence) => new(mode, FindingSource.Probe, http.Time.GetUtcNow(), evidence);

    private sealed record Answer(ModelReply? Reply, ModelFailure? Failure, bool ReportsUsage, string Evidence);
}
