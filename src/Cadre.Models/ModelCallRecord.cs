using Cadre.Engine.Models;

namespace Cadre.Models;

/// <summary>One request to an endpoint, after its end. Holds no secret, no prompt and no answer.</summary>
/// <param name="Path">Relative to the endpoint's base URL, such as <c>responses</c>.</param>
/// <param name="Attempt">From 1; rises when a failed call is retried.</param>
/// <param name="Status">Null when there was no reply.</param>
/// <param name="FirstByte">Time to the first byte of the body; null when there was none.</param>
/// <param name="RequestId">The endpoint's own, from <c>x-request-id</c>.</param>
/// <param name="Failure">Null when the reply came to its end, or when nobody wanted it any more.</param>
/// <param name="Abandoned">The caller cancelled or stopped reading.</param>
public sealed record ModelCallRecord(
    DateTimeOffset At,
    string Host,
    string Path,
    string Model,
    int Attempt,
    int? Status,
    TimeSpan Duration,
    TimeSpan? FirstByte,
    long BytesSent,
    long BytesReceived,
    string? RequestId,
    ModelFailureKind? Failure,
    bool Abandoned);
