using System.Collections.Immutable;

namespace Cadre.Tools.Mcp.OAuth;

/// <summary>How an endpoint is signed in to, where its operator says more than that it is. Values may hold ${env:NAME}.</summary>
/// <param name="ClientId">Of a client that is registered at the authorization server already; null: one is registered, or Cadre's own document is its name.</param>
/// <param name="Scopes">To ask for where the server does not say what it needs; empty: what its metadata lists.</param>
public sealed record OAuthSettings(string? ClientId, string? ClientSecret, ImmutableArray<string> Scopes)
{
    public static OAuthSettings Default { get; } = new(null, null, []);
}

/// <summary>A sign-in cannot be done, or failed: why, in one line for a person. Never holds a secret.</summary>
internal sealed class OAuthException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The endpoint wants a token, and there is none that it takes: a person must sign in.</summary>
internal sealed class SignInRequiredException(string message) : Exception(message)
{
    /// <summary>The one that a chain of exceptions began with; null when there is none.</summary>
    public static SignInRequiredException? In(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SignInRequiredException found) return found;
            if (exception is AggregateException { InnerExceptions: var all } && all.Select(In).FirstOrDefault(each => each is not null) is { } inner) return inner;
        }

        return null;
    }
}
