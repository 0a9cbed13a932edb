using System.Text.Json;
using Cadre.Engine.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Http;

/// <summary>Makes an answer of whatever goes wrong: refusals as they are, everything else without its insides, which the log has.</summary>
internal sealed partial class Errors(RequestDelegate next, ILogger<Errors> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed, ContentLength: null, ContentType: null })
            {
                await WriteAsync(http, new(http.Response.StatusCode, http.Response.StatusCode == StatusCodes.Status404NotFound
                    ? $"Unknown request URL: {http.Request.Method} {http.Request.Path}. Please check the URL for typos."
                    : $"Not allowed to {http.Request.Method} on {http.Request.Path}.") { Code = http.Response.StatusCode == StatusCodes.Status404NotFound ? "unknown_url" : "method_not_supported" });
            }
        }
        catch (ApiException refusal) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, refusal);
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, new(bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The request body is too large." : "The request cannot be read."));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: nobody is there to be answered.
        }
        catch (StoreUnavailableException unavailable) when (!http.Response.HasStarted)
        {
            StoreFailed(http.Request.Method, http.Request.Path, unavailable);
            await WriteAsync(http, new(StatusCodes.Status503ServiceUnavailable, "The server cannot record anything now; nothing was changed.") { Type = "server_error", RetryAfter = TimeSpan.FromSeconds(5) });
        }
        catch (Exception bug) when (!http.Response.HasStarted)
        {
            Failed(http.Request.Method, http.Request.Path, bug);
            await WriteAsync(http, new(StatusCodes.Status500InternalServerError, "The server had an error while processing your request. Its log has the details.") { Type = "server_error" });
        }
    }

    internal static async Task WriteAsync(HttpContext http, ApiException error)
    {
        if (error.RetryAfter is { } delay) http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(delay.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        http.Response.StatusCode = error.Status;
        var openAi = http.Request.Path.StartsWithSegments("/v1");
        http.Response.ContentType = openAi ? Respond.Json : "application/problem+json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, Respond.Plain);
        if (openAi) WriteOpenAi(json, error);
        else WriteProblem(json, error);
    }

    /// <summary>The member "error" of OpenAI's errors.</summary>
    internal static void WriteOpenAi(Utf8JsonWriter json, ApiException error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Type);
        json.WriteString("param", error.Parameter);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteProblem(Utf8JsonWriter json, ApiException error)
    {
        json.WriteStartObject();
        json.WriteNumber("status", error.Status);
        json.WriteString("title", error.Message);
        if (error.Code is not null) json.WriteString("code", error.Code);
        if (error.Parameter is not null) json.WriteString("parameter", error.Parameter);
        json.WriteEndObject();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private partial void Failed(string method, string path, Exception bug);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} could not be recorded.")]
    private partial void StoreFailed(string method, string path, Exception unavailable);
}
