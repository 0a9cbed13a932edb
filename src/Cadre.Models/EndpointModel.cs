using System.Runtime.CompilerServices;
using Cadre.Engine.Models;
using Cadre.Models.Capabilities;
using Cadre.Models.Endpoints;
using Cadre.Models.Http;
using Cadre.Models.Wires;
using Microsoft.Extensions.Logging;

namespace Cadre.Models;

/// <summary>
/// One attempt at a reply from one endpoint, by the wire and in the shape that its capability card names. What the card does not know yet is found out by
/// being refused before the first event, and is remembered once another form was taken.
/// </summary>
internal sealed partial class EndpointModel(WireClient responses, WireClient chat, CapabilityCards cards, EndpointOptions options, ILogger logger)
{
    /// <summary>Forms of one request that are tried, the first included.</summary>
    private const int MaxForms = 8;

    public async IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, int attempt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = await OpenAsync(request, new("", request.Model, attempt), cancellationToken);
        await foreach (var chunk in call.ReadAsync(cancellationToken)) yield return chunk;
    }

    public async Task<WireCall> OpenAsync(ModelRequest request, CallSubject subject, CancellationToken cancellationToken)
    {
        var form = FirstForm(request.Model);
        var learnt = new List<(Adaptation Adaptation, string Evidence)>();
        while (true)
        {
            var call = await (form.UsesResponses ? responses : chat).OpenAsync(request, form.Shape, subject, cancellationToken);
            if (call.Refusal is not { } refusal)
            {
                Remember(form, learnt);
                return call;
            }

            if (learnt.Count + 1 == MaxForms || Adaptations.After(refusal, form, request) is not { } adaptation) return call;
            call.Dispose();
            LogAdapts(logger, call.Exchange.Host, request.Model, adaptation.Reason);
            learnt.Add((adaptation, refusal.Failure.Message));
            form = adaptation.Form;
        }
    }

    public RequestForm FirstForm(string model)
    {
        var card = cards.Card;
        var known = card.For(model);
        var hasResponses = !options.ForceChatCompletions && Value(card.Responses) is not false && Value(known.Responses) is not false;
        return new(hasResponses, new()
        {
            Schema = cards.Holds(known.Schema) ? known.Schema!.Value : SchemaMode.JsonSchema,
            Dropped = [.. known.Dropped.Where(dropped => cards.Holds(dropped.Value)).Select(dropped => dropped.Key)],
            NamesCompletionTokens = Value(known.CompletionTokens) ?? IsOpenAI(options.Endpoint.BaseUrl.Host),
            DeveloperAsUser = Value(known.DeveloperAsUser) ?? false,
        });
    }

    private bool? Value(Finding<bool>? finding) => cards.Holds(finding) ? finding!.Value : null;

    private void Remember(RequestForm form, List<(Adaptation Adaptation, string Evidence)> learnt)
    {
        var isNews = form.UsesResponses && !cards.Holds(cards.Card.Responses);
        if (!isNews && learnt.TrueForAll(each => each.Adaptation.Learnt is null)) return;
        cards.Update(card =>
        {
            if (isNews) card = card with { Responses = cards.Learn(true, "A request to responses was answered.") };
            foreach (var (adaptation, evidence) in learnt)
                if (adaptation.Learnt is { } apply) card = apply(card, cards.Learn(true, evidence));
            return card;
        });
    }

    /// <summary>Where the older <c>max_tokens</c> is refused by the newer models.</summary>
    private static bool IsOpenAI(string host) =>
        host == "api.openai.com" || host.EndsWith(".api.openai.com", StringComparison.Ordinal) || host.EndsWith(".openai.azure.com", StringComparison.Ordinal);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Host}, model {Model}: {Reason}; the request is sent in another form.")]
    private static partial void LogAdapts(ILogger logger, string host, string model, string reason);
}
