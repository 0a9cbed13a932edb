using System.Collections.Concurrent;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.ChatKit;

/// <summary>Who speaks the self-hosted protocol: an end user by a session's secret, or the holder of an API key.</summary>
/// <param name="Session">Null for an API key.</param>
internal sealed record ChatCaller(Owner Owner, ChatSession? Session)
{
    /// <summary>An end user sees its own threads only.</summary>
    public Scope Scope => Session is null ? Scope.Of(Owner) : new(Owner.Organisation, Owner.User);
}

/// <summary>Finds out who speaks, and keeps to the session's limits.</summary>
internal sealed class ChatCallers(ServerContext context)
{
    private const string Bearer = "Bearer ";
    private const int MaxWindows = 10_000;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (DateTimeOffset From, int Count)> _windows = new(StringComparer.Ordinal);

    /// <summary>Whether a request is proven by a session's secret, rather than by an API key.</summary>
    public static bool HasSecret(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/v1/chatkit", out var rest) && !rest.HasValue && SecretOf(http) is not null;

    public async ValueTask<ChatCaller> OfAsync(HttpContext http)
    {
        if (SecretOf(http) is not { } secret) return new(Caller.Of(http).Owner, null);
        var now = context.Time.GetUtcNow();
        if (await context.Store.FindAsync(Scope.Everything, ChatSession.Kind, ChatSession.Hash(secret), http.RequestAborted) is not { } document
            || ChatSession.Read(document) is not { } session || !session.IsActive(now))
        {
            throw new ApiException(StatusCodes.Status401Unauthorized, "The session's secret is wrong, or the session has expired or was cancelled.") { Code = "invalid_client_secret" };
        }

        Count(session, now);
        return new(new(document.Owner.Organisation, session.User), session);
    }

    private void Count(ChatSession session, DateTimeOffset now)
    {
        if (_windows.Count >= MaxWindows)
        {
            foreach (var (id, window) in _windows)
            {
                if (now - window.From >= Minute) _windows.TryRemove(id, out _);
            }
        }

        var (from, count) = _windows.AddOrUpdate(session.Id, _ => (now, 1), (_, window) => now - window.From >= Minute ? (now, 1) : (window.From, window.Count + 1));
        if (count <= session.RequestsPerMinute) return;
        throw new ApiException(StatusCodes.Status429TooManyRequests, $"The session may make {session.RequestsPerMinute} requests a minute.")
        {
            Code = "rate_limit_exceeded",
            RetryAfter = from + Minute - now,
        };
    }

    private static string? SecretOf(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && header[Bearer.Length..].Trim() is var secret
            && secret.StartsWith(ChatSession.SecretPrefix, StringComparison.Ordinal) ? secret : null;
    }
}
