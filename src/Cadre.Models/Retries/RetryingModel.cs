using System.Runtime.CompilerServices;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Models.Endpoints;

namespace Cadre.Models.Retries;

/// <summary>One attempt at a reply; ends with <see cref="ModelChunk.Completed"/> or <see cref="ModelChunk.Failed"/>.</summary>
/// <param name="attempt">From 1.</param>
internal delegate IAsyncEnumerable<ModelChunk> ModelAttempt(ModelRequest request, int attempt, CancellationToken cancellationToken);

/// <summary>
/// Repeats an attempt that failed transiently, a stream that was cut in the middle included. Exponential back-off with full jitter, so that clients that
/// failed together do not come back together; <c>Retry-After</c> is the least that is waited.
/// </summary>
internal sealed class RetryingModel(ModelAttempt attempt, RetryLimits limits, TimeProvider time, Random random) : IModel
{
    public async IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var number = 1; ; number++)
        {
            ModelFailure? failure = null;
            await foreach (var chunk in attempt(request, number, cancellationToken))
            {
                if (chunk is ModelChunk.Failed failed) failure = failed.Failure;
                else yield return chunk;
            }

            if (failure is null) yield break;
            if (DelayAfter(failure, number, time.GetElapsedTime(started)) is not { } delay)
            {
                yield return new ModelChunk.Failed(number == 1 ? failure : failure with { Message = $"{failure.Message} (after {number} attempts)" });
                yield break;
            }

            yield return new ModelChunk.Retrying(failure, delay, number);
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    /// <summary>Null when it is not tried again.</summary>
    private TimeSpan? DelayAfter(ModelFailure failure, int number, TimeSpan elapsed)
    {
        var allowed = failure.Kind == ModelFailureKind.Malformed ? Math.Min(limits.MaxAttempts, limits.MaxMalformedAttempts) : limits.MaxAttempts;
        if (!failure.IsTransient || number >= allowed) return null;
        var ceiling = Math.Min(limits.FirstDelay.TotalMilliseconds * Math.Pow(2, number - 1), limits.MaxDelay.TotalMilliseconds);
        var delay = TimeSpan.FromMilliseconds(Draw() * ceiling);
        if (failure.RetryAfter is { } asked) delay = asked + TimeSpan.FromMilliseconds(Draw() * Math.Min(ceiling, limits.FirstDelay.TotalMilliseconds));
        return elapsed + delay > limits.MaxTotal ? null : delay;
    }

    private double Draw()
    {
        lock (random) return random.NextDouble();
    }
}
