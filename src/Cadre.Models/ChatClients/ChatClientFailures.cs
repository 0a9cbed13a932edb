using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Http;
using Microsoft.Extensions.AI;

namespace Cadre.Models.ChatClients;

/// <summary>Any client throws whatever it likes; what can be recognised is.</summary>
internal static class ChatClientFailures
{
    /// <summary>Null when the caller cancelled.</summary>
    public static ModelFailure? Of(Exception exception, CancellationToken caller) => exception switch
    {
        OperationCanceledException when caller.IsCancellationRequested => null,
        OperationCanceledException or TimeoutException => new(ModelFailureKind.TimedOut, Say(exception)),
        HttpRequestException { StatusCode: { } status } => new(FailureKinds.Of((int)status, new(exception.Message)), Say(exception), (int)status),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException => new(ModelFailureKind.Cut, Say(exception)),
        HttpRequestException => new(ModelFailureKind.Unreachable, Say(exception)),
        IOException => new(ModelFailureKind.Cut, Say(exception)),
        JsonException => new(ModelFailureKind.Malformed, Say(exception)),
        WireViolationException => new(ModelFailureKind.Malformed, $"The chat client {exception.Message}"),
        UnauthorizedAccessException => new(ModelFailureKind.Unauthorized, Say(exception)),
        _ => new(FailureKinds.Of(status: 400, new(exception.Message)), Say(exception)),
    };

    public static ModelFailure Of(ErrorContent error) =>
        new(FailureKinds.Of(status: null, new(error.Message, Code: error.ErrorCode)), ErrorBody.Quote($"The chat client reports an error: {error.Message}"));

    private static string Say(Exception exception) => ErrorBody.Quote($"The chat client failed: {exception.Message}");
}
