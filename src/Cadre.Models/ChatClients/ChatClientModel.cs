using System.Runtime.CompilerServices;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Microsoft.Extensions.AI;

namespace Cadre.Models.ChatClients;

/// <summary>
/// Any <see cref="IChatClient"/> as a model: one attempt per call, no retries of its own, because such a client brings its own pipeline. Function-invoking
/// clients are not wanted here: tools are declared, not run, by the client.
/// </summary>
public sealed class ChatClientModel(IChatClient client) : IModel
{
    public async IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var fold = new ChatClientFold(request);
        await using var updates = client.GetStreamingResponseAsync(ChatClientRequest.Messages(request), ChatClientRequest.Options(request), cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        ModelFailure? failure = null;
        while (failure is null)
        {
            var more = false;
            try
            {
                more = await updates.MoveNextAsync();
                if (more) failure = fold.Read(updates.Current);
            }
            catch (Exception exception) when (ChatClientFailures.Of(exception, cancellationToken) is { } broken)
            {
                failure = broken;
            }

            foreach (var chunk in fold.TakeChunks()) yield return chunk;
            if (!more) break;
        }

        yield return failure is null ? new ModelChunk.Completed(fold.Finish()) : new ModelChunk.Failed(failure);
    }
}
