using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cadre.Conformance.Tests.Wire;

/// <summary>A WebSocket through the proxy: messages go both ways as they are; the server's are judged.</summary>
internal static class WebSocketTunnel
{
    private static readonly HashSet<string> Handshake = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "upgrade", "host", "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol",
    };

    public static async Task RunAsync(HttpContext context, Uri server, Judgement judgement, string request)
    {
        using var upstream = new ClientWebSocket();
        foreach (var (name, values) in context.Request.Headers.Where(header => !Handshake.Contains(header.Key))) upstream.Options.SetRequestHeader(name, values.ToString());
        var address = new UriBuilder(new Uri(server, context.Request.Path + context.Request.QueryString)) { Scheme = "ws" }.Uri;
        try
        {
            await upstream.ConnectAsync(address, context.RequestAborted);
        }
        catch (WebSocketException refused)
        {
            judgement.Fault(request, "refused the WebSocket: " + refused.Message, default);
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        using var client = await context.WebSockets.AcceptWebSocketAsync();
        await Task.WhenAll(
            PumpAsync(client, upstream, static _ => { }, context.RequestAborted),
            PumpAsync(upstream, client, text => judgement.Message(text, request), context.RequestAborted));
    }

    private static async Task PumpAsync(WebSocket from, WebSocket to, Action<string> heard, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            var received = await from.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                if (to.State is WebSocketState.Open or WebSocketState.CloseReceived)
                    await to.CloseOutputAsync(from.CloseStatus ?? WebSocketCloseStatus.NormalClosure, from.CloseStatusDescription, cancellationToken);
                return;
            }

            await to.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, cancellationToken);
            message.Write(buffer, 0, received.Count);
            if (!received.EndOfMessage) continue;
            heard(Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length));
            message.SetLength(0);
        }
    }
}
