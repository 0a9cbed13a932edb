using System.Net.WebSockets;
using System.Threading.Channels;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Responses.Streaming;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Responses.Sockets;

/// <summary>
/// GET /v1/responses as a WebSocket: the client sends <c>response.create</c>, and is sent what the stream of that response would be; one response after the other.
/// <c>response.steer</c> is queued for a response that follows the one in progress by itself.
/// </summary>
internal sealed class ResponseSocket(ServerContext context, ResponseStreams streams)
{
    /// <summary>Requests that a client may send ahead.</summary>
    private const int RequestsAhead = 16;

    private readonly ResponseStarter _starter = new(context);

    public async Task HandleAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            throw new ApiException(StatusCodes.Status405MethodNotAllowed, "Not allowed to GET on /v1/responses: POST a response, or upgrade the connection to a WebSocket.")
            {
                Code = "method_not_supported",
            };
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        using var sender = new SocketSender(socket, stop.Token);
        var session = new Session(Caller.Of(http), sender);
        var requests = Channel.CreateBounded<Fields>(RequestsAhead);
        var answering = AnswerAsync(session, requests.Reader, stop.Token);
        try
        {
            while (await SocketReceiver.ReceiveAsync(socket, stop.Token) is { } message) await TakeAsync(session, message, requests.Writer, stop.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client has gone, or the server drains: what is stored goes on.
        }
        finally
        {
            requests.Writer.TryComplete();
            await stop.CancelAsync();
            await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var run in session.Unstored) await streams.ForgetAsync(run);
        }

        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static async ValueTask TakeAsync(Session session, ReadOnlyMemory<byte> message, ChannelWriter<Fields> requests, CancellationToken cancellationToken)
    {
        try
        {
            var body = RequestBody.Parse(message);
            switch (body.Word("type", "response.create", "response.steer") ?? throw ApiException.Missing("type"))
            {
                case "response.create":
                    await requests.WriteAsync(body, cancellationToken);
                    break;
                default:
                    await session.SteerAsync(body);
                    break;
            }
        }
        catch (ApiException refusal)
        {
            await session.Sender.SendAsync(refusal);
        }
    }

    private async Task AnswerAsync(Session session, ChannelReader<Fields> requests, CancellationToken cancellationToken)
    {
        await foreach (var request in requests.ReadAllAsync(cancellationToken))
        {
            try
            {
                var next = (Fields?)request;
                while (next is { } body) next = await AnswerAsync(session, body, cancellationToken);
            }
            catch (ApiException refusal)
            {
                await session.Sender.SendAsync(refusal);
            }
        }
    }

    /// <returns>The request that steering makes of this one; null when nothing steered it.</returns>
    private async Task<Fields?> AnswerAsync(Session session, Fields body, CancellationToken cancellationToken)
    {
        await using var reader = await streams.StartAsync(_starter, session.Caller, body, session.Last, streamed: true, cancellationToken);
        if (reader.Response.IsUnstored) session.Unstored = session.Unstored.Add(reader.Response.Run);
        session.Begin(reader.Response);
        await reader.SendAsync(session.Sender, after: -1);
        session.Last = reader.Response.IsUnstored ? reader.Timeline : null;
        return await session.EndAsync(reader.Timeline, body);
    }
}
