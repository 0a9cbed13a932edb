using Cadre.Server.Identity;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.Server.Mcp;

/// <summary>
/// Streamable HTTP in both of its shapes on one address: requests that stand for themselves (2026-07-28), and sessions that a handshake opens (2024-11-05 to 2025-11-25).
/// Who sent a message is proven with every request; a session only knows whose it is.
/// </summary>
internal sealed class McpEndpoint(McpHosting hosting, IMcpOffer offer, McpSessions sessions, McpStates states)
{
    private readonly McpGate _gate = new(hosting.Listening, hosting.PublicUrl);

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            _gate.Check(http);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, hosting.Stopping);
            if (HttpMethods.IsPost(http.Request.Method)) await PostAsync(http, end.Token);
            else if (HttpMethods.IsGet(http.Request.Method)) await StreamAsync(http, end.Token);
            else await EndAsync(http);
        }
        catch (McpRefusal refusal) when (!http.Response.HasStarted)
        {
            await refusal.WriteAsync(http);
        }
        catch (OperationCanceledException) when (hosting.Stopping.IsCancellationRequested)
        {
            // The server ends, and its streams with it.
        }
    }

    private async Task PostAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        var post = await McpPost.ReadAsync(http, offer);
        RequireGrant(http, caller, post);
        post.Message.Context = McpCaller.Context(caller, post.Version);
        if (post.PerRequest)
        {
            states.Open(caller.Owner, post);
            var options = offer.CreateOptions();
            options.Filters.Message.OutgoingFilters.Add(states.SealingFor(caller.Owner, post.Message));
            await using var running = new McpRunning(new(hosting.Log) { Stateless = true }, options, hosting.Log);
            await AnswerAsync(http, running.Transport, post.Message, null, cancellationToken);
        }
        else if (post.Message is JsonRpcRequest { Method: RequestMethods.Initialize })
        {
            await OpenAsync(http, caller, post, cancellationToken);
        }
        else
        {
            await InSessionAsync(http, caller, post, cancellationToken);
        }
    }

    private async Task InSessionAsync(HttpContext http, Caller caller, McpPost post, CancellationToken cancellationToken)
    {
        var session = Enter(http, caller, post.Id);
        try
        {
            using var answer = session.Expect(post.Id?.GetRawText(), cancellationToken);
            try
            {
                await AnswerAsync(http, session.Transport, post.Message, null, answer.End.Token);
            }
            catch (OperationCanceledException) when (answer.End.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // The client cancelled the request: its stream ends without an answer.
            }

            if (post.Message is JsonRpcNotification { Method: NotificationMethods.CancelledNotification } told && told.Params?["requestId"] is { } cancelled) session.Cancelled(cancelled.ToJsonString());
        }
        finally
        {
            session.Leave();
        }
    }

    /// <summary>A stale session's id is no reason to refuse: that is how a client comes back after a restart.</summary>
    private async Task OpenAsync(HttpContext http, Caller caller, McpPost post, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(caller.Owner, id => new(new(hosting.Log) { SessionId = id }, offer.CreateOptions(), hosting.Log));
        var failed = false;
        try
        {
            http.Response.Headers[McpHeaders.SessionHeader] = session.Id;
            await AnswerAsync(http, session.Transport, post.Message, answer => failed = answer is JsonRpcError, cancellationToken);
        }
        finally
        {
            session.Leave();
            if (failed) await sessions.CloseAsync(caller.Owner, session.Id);
        }
    }

    private async Task StreamAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        // Clients of the oldest transport and of the newest ask without one: neither gets a stream.
        if (!http.Request.Headers.ContainsKey(McpHeaders.SessionHeader)) throw NoStream(http);
        McpPost.RequireAccept(http, McpPost.EventStreamType);
        var session = Enter(http, caller, null);
        try
        {
            if (!session.TakeStream()) throw NoStream(http);
            await using var body = new McpAnswerBody(http, hosting.Time);
            await body.OpenAsync();
            body.KeepAlives();
            await session.Transport.HandleGetRequestAsync(body, cancellationToken);
        }
        finally
        {
            session.Leave();
        }
    }

    private async Task EndAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        if (!http.Request.Headers.TryGetValue(McpHeaders.SessionHeader, out var id)) throw NoStream(http);
        if (!await sessions.CloseAsync(caller.Owner, id.ToString())) throw McpRefusal.NoSession(null);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task AnswerAsync(HttpContext http, StreamableHttpServerTransport transport, JsonRpcMessage message, Action<JsonRpcMessage?>? answered, CancellationToken cancellationToken)
    {
        await using var body = new McpAnswerBody(http, hosting.Time);
        body.KeepAlives();
        var wrote = await transport.HandlePostRequestAsync(message, body, first =>
        {
            answered?.Invoke(first);
            return body.StartingAsync(first);
        }, cancellationToken);
        if (!wrote && !http.Response.HasStarted) http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private McpSession Enter(HttpContext http, Caller caller, System.Text.Json.JsonElement? request)
    {
        if (!http.Request.Headers.TryGetValue(McpHeaders.SessionHeader, out var id))
            throw new McpRefusal(StatusCodes.Status400BadRequest, McpRefusal.InvalidRequest, $"The header {McpHeaders.SessionHeader} is missing: initialize first.") { Id = request };
        return sessions.Enter(caller.Owner, id.ToString()) ?? throw McpRefusal.NoSession(request);
    }

    private void RequireGrant(HttpContext http, Caller caller, McpPost post)
    {
        if (post.Message is not JsonRpcRequest { Method: RequestMethods.ToolsCall } call || call.Params?["name"] is not { } name || name.GetValueKind() != System.Text.Json.JsonValueKind.String) return;
        if (offer.GrantOf(name.GetValue<string>()) is not { } grant || caller.Has(grant)) return;
        throw new McpRefusal(StatusCodes.Status403Forbidden, McpRefusal.ServerError, $"The token was not granted '{grant}'.")
        {
            Id = post.Id, Challenge = $"Bearer error=\"insufficient_scope\", {ResourceMetadata.Parameters(http.Request, hosting.PublicUrl, grant)}",
        };
    }

    private static McpRefusal NoStream(HttpContext http)
    {
        http.Response.Headers.Allow = HttpMethods.Post;
        return new(StatusCodes.Status405MethodNotAllowed, McpRefusal.ServerError, "There is no stream for this request: send messages by POST.");
    }
}
