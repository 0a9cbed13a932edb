using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Cadre.Server.Http;
using Cadre.Server.Responses.Streaming;

namespace Cadre.Server.Responses.Sockets;

/// <summary>Events as text messages of a WebSocket, one after the other whoever sends them.</summary>
internal sealed class SocketSender(WebSocket socket, CancellationToken cancellationToken) : IEventSender, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public async ValueTask SendAsync(EventBuffer events, int from)
    {
        for (var i = from; i < events.Count; i++) await SendAsync(events.JsonAt(i));
    }

    /// <summary>The socket's own pings keep it open.</summary>
    public ValueTask KeepAliveAsync() => ValueTask.CompletedTask;

    public async ValueTask SendAsync(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        await SendAsync(buffer.WrittenMemory);
    }

    /// <summary>A refusal, as the SDKs read it in this mode: with the status that HTTP would have had.</summary>
    public ValueTask SendAsync(ApiException refusal) => SendAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteNumber("status"u8, refusal.Status);
        json.WriteNumber("sequence_number"u8, 0);
        json.WriteString("code"u8, refusal.Code);
        json.WriteString("message"u8, refusal.Message);
        json.WriteString("param"u8, refusal.Parameter);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, refusal.Type);
        json.WriteString("code"u8, refusal.Code);
        json.WriteString("message"u8, refusal.Message);
        json.WriteString("param"u8, refusal.Parameter);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    public void Dispose() => _turn.Dispose();

    private async ValueTask SendAsync(ReadOnlyMemory<byte> utf8)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(utf8, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
