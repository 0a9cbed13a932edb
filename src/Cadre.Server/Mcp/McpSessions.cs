using System.Buffers.Text;
using System.Security.Cryptography;
using Cadre.Engine.Tools;
using Cadre.Server.Audit;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Mcp;

/// <summary>The sessions of clients that shake hands, in memory: after a restart they shake hands again. A session is its user's; to others it is not there.</summary>
internal sealed class McpSessions(TimeProvider time) : IAsyncDisposable
{
    /// <summary>Of one user. One more ends the one that was idle longest: clients forget sessions without ending them.</summary>
    public const int PerUser = 32;

    public const int InAll = 4_096;

    private const string Kind = "mcp_session";
    private const int IdBytes = 24;

    /// <summary>Nothing was asked in it, and no stream was open.</summary>
    public static readonly TimeSpan IdleFor = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, McpSession> _sessions = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_lock) return _sessions.Count;
        }
    }

    /// <summary>A session that is in use until it is let go of.</summary>
    /// <exception cref="McpRefusal">There are too many.</exception>
    public async ValueTask<McpSession> OpenAsync(Owner owner, Func<string, McpRunning> start)
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes));
        McpSession? evicted = null;
        McpSession session;
        lock (_lock)
        {
            var own = _sessions.Values.Where(other => other.Owner == owner).ToList();
            if (own.Count >= PerUser)
            {
                evicted = own.Where(other => !other.InUse).MinBy(other => other.LastUsed) ?? throw new McpRefusal(StatusCodes.Status429TooManyRequests, McpRefusal.ServerError,
                    $"{PerUser} sessions of this user are in use: end one first.") { RetryAfter = SweepEvery };
                _sessions.Remove(evicted.Id);
            }
            else if (_sessions.Count >= InAll)
            {
                throw new McpRefusal(StatusCodes.Status503ServiceUnavailable, McpRefusal.ServerError, $"All {InAll} sessions are taken.") { RetryAfter = SweepEvery };
            }

            session = new(id, owner, start(id), time);
            session.Enter();
            _sessions.Add(id, session);
        }

        if (evicted is not null) await evicted.DisposeAsync();
        return session;
    }

    /// <summary>Told of attempts to use another's.</summary>
    public AccessWatch? Access { get; init; }

    /// <summary>In use until it is let go of; null when it is not there, has ended or is another's.</summary>
    public McpSession? Enter(Owner owner, string id)
    {
        lock (_lock)
        {
            if (_sessions.TryGetValue(id, out var session) && session.Owner == owner)
            {
                session.Enter();
                return session;
            }

            Tell(owner, session);
            return null;
        }
    }

    /// <summary>Ends it; false when it is not there or another's.</summary>
    public async ValueTask<bool> CloseAsync(Owner owner, string id)
    {
        McpSession? session;
        lock (_lock)
        {
            if (!_sessions.TryGetValue(id, out session) || session.Owner != owner)
            {
                Tell(owner, session);
                return false;
            }

            _sessions.Remove(id);
        }

        await session.DisposeAsync();
        return true;
    }

    /// <summary>Ends idle sessions until it is cancelled.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SweepEvery, time);
        while (await timer.WaitForNextTickAsync(cancellationToken)) await EndIdleAsync();
    }

    public async ValueTask EndIdleAsync() => await EndAsync(session => !session.InUse && time.GetElapsedTime(session.LastUsed) >= IdleFor);

    public async ValueTask DisposeAsync() => await EndAsync(_ => true);

    /// <param name="anothers">Null: there is none.</param>
    private void Tell(Owner asker, McpSession? anothers)
    {
        if (anothers is not null) Access?.Refused(new(asker.Organisation, asker.User), Kind, anothers.Id, anothers.Owner);
    }

    private async ValueTask EndAsync(Func<McpSession, bool> which)
    {
        List<McpSession> ended;
        lock (_lock)
        {
            ended = [.. _sessions.Values.Where(which)];
            foreach (var session in ended) _sessions.Remove(session.Id);
        }

        foreach (var session in ended) await session.DisposeAsync();
    }
}
