using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Server.McpEndpoints;

/// <param name="User">Who began it and alone may confirm it.</param>
/// <param name="Holder">Whose tokens come of it: that user, or everybody in the organisation.</param>
internal sealed record SigningIn(KnownEndpoint Endpoint, string User, string Holder);

/// <summary>A sign-in under way, as it is sealed: until the browser is back only what was begun, then what it brought too.</summary>
internal sealed record KeptSignIn(PendingSignIn Pending)
{
    public SignInAnswer? Answer { get; init; }

    /// <summary>Of the confirmation code that the browser was shown.</summary>
    public string? CodeHash { get; init; }

    /// <summary>Wrong codes so far.</summary>
    public int Failures { get; init; }
}

/// <summary>What became of an authorization server's answer.</summary>
/// <param name="Code">The confirmation code to show; null: the sign-in is over, for this <paramref name="Failure"/>.</param>
internal sealed record Answered(SigningIn Who, string Issuer, string? Code, string? Failure);

/// <summary>What became of a confirmation.</summary>
internal abstract record Confirmation
{
    private Confirmation() { }

    /// <summary>It is taken: nobody else finishes it.</summary>
    public sealed record Taken(PendingSignIn Pending, SignInAnswer Answer) : Confirmation;

    /// <param name="TriesLeft">With 0 the sign-in is over.</param>
    public sealed record Wrong(string Issuer, int TriesLeft) : Confirmation;

    /// <summary>The browser is not back yet.</summary>
    public sealed record Early : Confirmation;

    /// <summary>This user began none, or it is over.</summary>
    public sealed record Unknown : Confirmation;
}
