using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Runs;

namespace Cadre.Server.Chat;

/// <summary>Why an answer is not whole, in words for its user: nothing of models, endpoints and programs. The log has the details.</summary>
internal static class ChatNotice
{
    private const string Kept = "Your message and what was done so far are kept.";

    /// <summary>Null for a whole answer.</summary>
    public static string? Of(RunTimeline run) => run.Phase switch
    {
        RunPhase.AwaitingApproval => "A step needs your approval before it is done.",
        RunPhase.Paused => $"Something went wrong here. {Kept} Please try again.",
        RunPhase.Ended => OfEnd(run.Outcome!),
        _ => null,
    };

    private static string? OfEnd(RunOutcome outcome) => outcome switch
    {
        { Status: RunStatus.Completed } => null,
        { Status: RunStatus.Cancelled } => $"Stopped. {Kept}",
        { Status: RunStatus.Expired } => $"Nobody answered what was asked in time. {Kept}",
        { Limit: OutcomeLimit.ContentFilter } => "The assistant cannot answer this. Please put it in other words.",
        { Limit: OutcomeLimit.OutputTokens } => $"The answer was too long and was cut. {Kept} You can let it go on.",
        { Limit: OutcomeLimit.Wall } => $"The answer took too long. {Kept} You can let it go on.",
        { Limit: not null } => $"The request needed more steps than one message may take. {Kept} You can let it go on.",
        { Failure: { } failure } => OfFailure(failure.Kind),
        _ => $"The assistant could not finish its answer. {Kept} Please try again.",
    };

    private static string OfFailure(ModelFailureKind kind) => kind switch
    {
        ModelFailureKind.RateLimited or ModelFailureKind.Overloaded => $"The assistant is very busy now. {Kept} Please try again in a moment.",
        ModelFailureKind.ContextTooLong => $"The conversation has become too long. {Kept} Please begin a new one.",
        ModelFailureKind.ContentFiltered => "The assistant cannot answer this. Please put it in other words.",
        _ => $"The assistant cannot be reached now. {Kept} Please try again later.",
    };
}
