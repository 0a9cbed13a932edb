using Cadre.Engine.Runs;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Sessions;

/// <summary>A reply as it comes about, as server-sent events: <c>delta</c>, <c>reset</c>, <c>tool_call</c>, <c>tool_result</c>, and <c>done</c> with the whole reply.</summary>
internal sealed class ReplyStream : IDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly EventStream _events;

    /// <summary>Events and comments are written one after the other.</summary>
    private readonly SemaphoreSlim _writing = new(1);

    private ReplyStream(EventStream events) => _events = events;

    public static async ValueTask<ReplyStream> StartAsync(HttpContext http, RunTimeline run)
    {
        var stream = new ReplyStream(await EventStream.StartAsync(http));
        await stream._events.SendAsync("run", json =>
        {
            json.WriteStartObject();
            json.WriteString("run_id", SessionsFace.Run + run.Run);
            json.WriteEndObject();
        });
        return stream;
    }

    public async ValueTask ShowAsync(RunTimeline run, RunUpdate update)
    {
        await _writing.WaitAsync();
        try
        {
            await (update switch
            {
                RunUpdate.TextDelta text => _events.SendAsync("delta", json =>
                {
                    json.WriteStartObject();
                    json.WriteString("delta", text.Delta);
                    json.WriteEndObject();
                }),
                RunUpdate.TextVoid => _events.SendAsync("reset", static json =>
                {
                    json.WriteStartObject();
                    json.WriteEndObject();
                }),
                RunUpdate.Fact { Event: RunEvent.CallStarted started } when run.Find(started.CallId) is { } call => SendAsync("tool_call", call),
                RunUpdate.Fact { Event: RunEvent.CallFinished finished } when run.Find(finished.CallId) is { } call => SendAsync("tool_result", call),
                _ => ValueTask.CompletedTask,
            });
        }
        finally
        {
            _writing.Release();
        }
    }

    public ValueTask DoneAsync(SessionReply reply) => _events.SendAsync("done", json => ReplyJson.Write(json, reply));

    /// <summary>A comment now and then, so that proxies keep the connection open while nothing is said. Until cancelled.</summary>
    public async Task KeepAliveAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(KeepAlive, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await _writing.WaitAsync(cancellationToken);
                try
                {
                    await _events.KeepAliveAsync();
                }
                finally
                {
                    _writing.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // All is said, or nobody listens.
        }
    }

    public void Dispose()
    {
        _events.Dispose();
        _writing.Dispose();
    }

    private ValueTask SendAsync(string name, CallRecord call) => _events.SendAsync(name, json => ReplyJson.WriteCall(json, SessionCall.Of(call)));
}
