using Cadre.Server.Http;

namespace Cadre.Server.Responses.Streaming;

/// <summary>Where the events of a response go.</summary>
internal interface IEventSender
{
    /// <param name="from">Index of the first event in the buffer that is to be sent.</param>
    ValueTask SendAsync(EventBuffer events, int from);

    /// <summary>Nothing has happened for a while: the connection is to be kept open.</summary>
    ValueTask KeepAliveAsync();
}

/// <summary>As server-sent events.</summary>
internal sealed class SseSender(EventStream stream) : IEventSender
{
    public async ValueTask SendAsync(EventBuffer events, int from)
    {
        for (var i = from; i < events.Count; i++) await stream.SendAsync(events.TypeAt(i), events.JsonAt(i), flush: i == events.Count - 1);
    }

    public ValueTask KeepAliveAsync() => stream.KeepAliveAsync();
}
