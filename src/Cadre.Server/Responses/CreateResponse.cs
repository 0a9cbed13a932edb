using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Responses.Streaming;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Responses;

/// <summary>POST /v1/responses.</summary>
internal sealed class CreateResponse(ServerContext context, ResponseStreams streams)
{
    private readonly ResponseStarter _starter = new(context);

    public async Task HandleAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        ResponseReader? reader = null;
        try
        {
            var response = await _starter.StartAsync(caller, body, starting => reader = streams.Subscribe(starting, stop.Token), http.RequestAborted);
            if (response.Stream)
            {
                using var stream = await EventStream.StartAsync(http);
                await reader!.SendAsync(new SseSender(stream), after: -1, stop.Token);
            }
            else if (response.Background) await RetrieveResponse.WriteAsync(http, response, (await context.Runs.LoadAsync(caller.Scope, response.Run, http.RequestAborted))!, ResponseWriter.Queued);
            else
            {
                await reader!.WaitAsync(stop.Token);
                await RetrieveResponse.WriteAsync(http, response, reader.Timeline, null);
            }
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested && !http.Response.HasStarted)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "The server is shutting down; a stored response goes on after its restart.") { Type = "server_error", RetryAfter = TimeSpan.FromSeconds(5) };
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            // A stream that has begun ends here, without its terminal event; its reader resumes it.
            http.Abort();
        }
        finally
        {
            if (reader is not null) await reader.DisposeAsync();
        }
    }
}
