using System.Collections.Concurrent;
using Cadre.Engine.Tools;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Server;

namespace Cadre.Server.Mcp;

/// <summary>One client's session. Its requests are counted: while one is under way it is not idle.</summary>
internal sealed class McpSession(string id, Owner owner, McpRunning running, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Requests of one session, its stream included, that may be under way.</summary>
    public const int Concurrent = 256;

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _answers = new(StringComparer.Ordinal);
    private int _inUse;
    private int _streamTaken;
    private long _lastUsed = time.GetTimestamp();

    public string Id => id;
    public Owner Owner => owner;
    public StreamableHttpServerTransport Transport => running.Transport;
    public bool InUse => Volatile.Read(ref _inUse) > 0;

    /// <summary>A timestamp of the time provider.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    /// <exception cref="McpRefusal">Too many requests are under way in it.</exception>
    public void Enter()
    {
        if (Interlocked.Increment(ref _inUse) > Concurrent)
        {
            Interlocked.Decrement(ref _inUse);
            throw new McpRefusal(StatusCodes.Status429TooManyRequests, McpRefusal.ServerError, $"{Concurrent} requests of this session are under way.");
        }

        Volatile.Write(ref _lastUsed, time.GetTimestamp());
    }

    public void Leave()
    {
        Volatile.Write(ref _lastUsed, time.GetTimestamp());
        Interlocked.Decrement(ref _inUse);
    }

    /// <summary>Fires when the client cancels the request: no answer comes any more, and its stream has to end.</summary>
    /// <param name="request">The id as it stands in JSON; null for what is no request.</param>
    public AnswerTo Expect(string? request, CancellationToken cancellationToken)
    {
        var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (request is not null) _answers[request] = end;
        return new(this, request, end);
    }

    /// <summary>After the server of the SDK was told.</summary>
    public void Cancelled(string request)
    {
        if (!_answers.TryRemove(request, out var end)) return;
        try
        {
            end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was answered in the same moment.
        }
    }

    /// <summary>The SDK gives a session one stream of its own in all its life.</summary>
    public bool TakeStream() => Interlocked.Exchange(ref _streamTaken, 1) == 0;

    public ValueTask DisposeAsync() => running.DisposeAsync();

    internal sealed record AnswerTo(McpSession Session, string? Request, CancellationTokenSource End) : IDisposable
    {
        public void Dispose()
        {
            if (Request is not null) Session._answers.TryRemove(new(Request, End));
            End.Dispose();
        }
    }
}
