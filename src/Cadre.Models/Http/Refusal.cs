using Cadre.Engine.Models;

namespace Cadre.Models.Http;

/// <summary>A request that did not open a reply. What the endpoint said about it decides whether another form of the request is tried.</summary>
/// <param name="Words">The endpoint's own message, shortened; empty when it said nothing.</param>
internal sealed record Refusal(ModelFailure Failure, string? Code = null, string? Param = null, string Words = "")
{
    public int? Status => Failure.Status;

    /// <summary>The endpoint does not know the path, which says nothing about the model.</summary>
    public bool IsMissingPath => FailureKinds.SaysThatThePathIsMissing(Words) || (Status is 404 or 405 or 501 && !SpeaksOfAModel);

    private bool SpeaksOfAModel => Code == "model_not_found" || (Mentions("model") && !Words.StartsWith('<'));

    public bool Mentions(string words) => Words.Contains(words, StringComparison.OrdinalIgnoreCase);
}
