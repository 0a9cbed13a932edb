using System.Net.WebSockets;
using Cadre.Server.Http;

namespace Cadre.Server.Responses.Sockets;

/// <summary>Whole messages of a WebSocket, bounded as HTTP bodies are.</summary>
internal static class SocketReceiver
{
    private const int BufferBytes = 16 << 10;

    /// <summary>Null when the other side has closed.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        var message = new MemoryStream();
        var buffer = new byte[BufferBytes];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close) return null;
            message.Write(buffer, 0, received.Count);
            if (message.Length > RequestBody.MaxBytes) throw RequestBody.TooLarge(RequestBody.MaxBytes);
            if (received.EndOfMessage) return message.GetBuffer().AsMemory(0, (int)message.Length);
        }
    }
}
