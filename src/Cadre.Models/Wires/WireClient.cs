using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Cadre.Engine.Models;
using Cadre.Models.Http;

namespace Cadre.Models.Wires;

/// <summary>One wire of one endpoint. Opening and reading are apart, because another form of a request can be tried until the first event.</summary>
internal sealed class WireClient(EndpointHttp http, IWire wire)
{
    public IWire Wire => wire;

    /// <summary>The caller disposes the call.</summary>
    public async Task<WireCall> OpenAsync(ModelRequest request, RequestShape shape, CallSubject subject, CancellationToken cancellationToken)
    {
        var body = wire.Write(request, shape);
        var exchange = http.Begin(subject with { Path = wire.Path, Model = request.Model }, cancellationToken);
        try
        {
            var opening = await http.OpenAsync(exchange, body);
            if (opening is Opening.Refused { Refusal.Failure.Kind: var kind }) exchange.Ends(kind);
            return new(exchange, opening, wire.Fold(request, http.Endpoint.Address), body);
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }
}

/// <summary>A request that was answered somehow.</summary>
internal sealed class WireCall(Exchange exchange, Opening opening, ReplyFold fold, ReadOnlyMemory<byte> body) : IDisposable
{
    private readonly long _requestBytes = body.Length;

    public Refusal? Refusal => (opening as Opening.Refused)?.Refusal;

    public Exchange Exchange => exchange;

    public bool ReportsUsage => fold.ReportsUsage;

    /// <summary>What was asked and answered, for a capability card; filled when the subject keeps excerpts.</summary>
    public string Evidence => exchange.Describe(body.Span);

    public async IAsyncEnumerable<ModelChunk> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ModelFailure? failure = null;
        if (opening is Opening.Refused refused) failure = refused.Refusal.Failure;
        else if (opening is Opening.Whole whole)
        {
            failure = Attempt(() => fold.ReadWhole(whole.Body.Span));
            foreach (var chunk in fold.Chunks) yield return chunk;
        }
        else
        {
            await using var events = Parse().EnumerateAsync(exchange.Token).GetAsyncEnumerator(CancellationToken.None);
            while (failure is null && !fold.IsEnded && fold.Error is null)
            {
                var more = false;
                try
                {
                    more = await events.MoveNextAsync();
                }
                catch (Exception exception) when (exchange.FailureOf(exception) is { } broken)
                {
                    failure = broken;
                }

                foreach (var chunk in fold.Chunks) yield return chunk;
                fold.Chunks.Clear();
                if (!more) break;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        yield return End(failure);
    }

    public void Dispose() => exchange.Dispose();

    private ModelChunk End(ModelFailure? failure)
    {
        ModelReply? reply = null;
        if (fold.Error is { } error) failure = exchange.FailureOf(error, status: null);
        else if (fold.IsComplete) failure = Attempt(() => reply = fold.Finish(_requestBytes));
        else failure ??= new(ModelFailureKind.Cut, $"{exchange.Host} ended its reply in the middle.", exchange.Status);

        exchange.Ends(failure?.Kind);
        return failure is null ? new ModelChunk.Completed(reply!) : new ModelChunk.Failed(failure);
    }

    private ModelFailure? Attempt(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (Exception exception) when (exchange.FailureOf(exception) is { } failure)
        {
            return failure;
        }
    }

    private SseParser<bool> Parse() => SseParser.Create(((Opening.Streaming)opening).Events, (type, data) =>
    {
        fold.Read(type, data);
        return true;
    });
}
