using System.Net.Sockets;
using Cadre.Simulator.Answers;
using Cadre.Simulator.Scripts;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cadre.Simulator.Http;

/// <summary>The endpoint's routes, and the one place where a refusal or a fault becomes bytes or their absence.</summary>
internal sealed class Api(ScriptPlayer player, SimulatorOptions options, RequestLog log, Func<TimeSpan, Task> refuse) : IHttpApplication<HttpContext>
{
    private readonly IdSource _ids = new(options.Seed);
    private readonly ConversationStore _conversations = new();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        context.Response.Headers["x-request-id"] = _ids.Next("req_");
        try
        {
            await RouteAsync(context);
        }
        catch (RequestRefusedException refused)
        {
            await JsonOutput.WriteErrorAsync(context, refused.Status, refused.Message, refused.Type, refused.Code, refused.Param);
        }
        catch (BadHttpRequestException bad)
        {
            await JsonOutput.WriteErrorAsync(context, bad.StatusCode, "The request body could not be read.", "invalid_request_error", null, null);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away; nobody is left to answer.
        }
        catch (Exception bug) when (bug is not AnswerBrokenOffException && !context.Response.HasStarted)
        {
            // A tool for developers says what is wrong with it; anything later ends as a cut connection.
            await JsonOutput.WriteErrorAsync(context, StatusCodes.Status500InternalServerError, $"The simulator failed: {bug}", "server_error", "simulator_bug", null);
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        var method = context.Request.Method;
        var path = context.Request.Path.Value ?? "";
        return path switch
        {
            "/v1/responses" when options.NoResponses => throw UnknownUrl(method, path),
            "/v1/responses" when HttpMethods.IsPost(method) => new CreateResponse(player, options, log, _ids, _conversations).HandleAsync(context, FailAsync),
            "/v1/chat/completions" when HttpMethods.IsPost(method) => new CreateChatCompletion(player, options, log, _ids).HandleAsync(context, FailAsync),
            "/v1/embeddings" when options.Embeddings == EmbeddingSupport.None => throw UnknownUrl(method, path),
            "/v1/embeddings" when HttpMethods.IsPost(method) => CreateEmbedding.HandleAsync(context, options, log),
            "/v1/models" when HttpMethods.IsGet(method) => ListModels.HandleAsync(context, player.Models, log, options),
            _ when HttpMethods.IsGet(method) && path.StartsWith("/v1/models/", StringComparison.Ordinal) =>
                ListModels.HandleOneAsync(context, player.Models, path["/v1/models/".Length..]),
            "/v1/responses" or "/v1/chat/completions" or "/v1/embeddings" or "/v1/models" =>
                throw new RequestRefusedException(405, $"Not allowed to {method} on {path}.", "method_not_supported"),
            _ => throw UnknownUrl(method, path),
        };
    }

    /// <summary>Plays a fault that comes before the first byte. False: the answer's fault, if any, comes later.</summary>
    private async Task<bool> FailAsync(HttpContext context, Fault? fault)
    {
        switch (fault)
        {
            case Fault.Status status:
                await FaultStatus.WriteAsync(context, status);
                return true;
            case Fault.Reset:
                Reset(context);
                return true;
            case Fault.Refuse refusal:
                // Closing the port ends this connection too, and only after nobody listens any more: the client cannot come back too early.
                ResetOnClose(context);
                _ = refuse(refusal.For);
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                return true;
            case Fault.StallBefore:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                return true;
            default:
                return false;
        }
    }

    private static void Reset(HttpContext context)
    {
        ResetOnClose(context)?.Close();
        context.Abort();
    }

    private static Socket? ResetOnClose(HttpContext context)
    {
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is not null)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        return socket;
    }

    private static RequestRefusedException UnknownUrl(string method, string path) =>
        new(404, $"Invalid URL ({method} {path})", "unknown_url");
}
