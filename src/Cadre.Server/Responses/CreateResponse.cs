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
        await using var reader = await streams.StartAsync(_starter, caller, body, known: null, streamed: false, stop.Token);
        var response = reader.Response;
        if (response.IsUnstored) http.Response.OnCompleted(() => streams.ForgetAsync(response.Run));
        try
        {
            if (response.Stream)
            {
                using var stream = await EventStream.StartAsync(http);
                await reader.SendAsync(new SseSender(stream), after: -1);
            }
            else if (response.Background) await WriteQueuedAsync(http, caller, response);
            else
            {
                await reader.WaitAsync();
                await RetrieveResponse.WriteAsync(http, response, reader.Timeline, null);
            }
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested && !http.Response.HasStarted)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "The server is shutting down; a stored response goes on after its restart.")
            {
                Type = "server_error",
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            // A stream that has begun ends here, without its terminal event; its reader resumes it.
            http.Abort();
        }
    }

    private async Task WriteQueuedAsync(HttpContext http, Caller caller, StoredResponse response)
    {
        var timeline = await context.Runs.LoadAsync(caller.Scope, response.Run, http.RequestAborted)
            ?? throw new InvalidOperationException($"Run {response.Run} was started and is not there.");
        await RetrieveResponse.WriteAsync(http, response, timeline, timeline.State.HasEnded ? null : ResponseWriter.Queued);
    }
}
