using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Http;

/// <summary>Names each request, in <c>x-request-id</c>, and says how long it took until its answer began, in <c>openai-processing-ms</c>. No answer may be taken for another type than it says.</summary>
internal sealed class RequestIds(RequestDelegate next, TimeProvider time)
{
    public Task InvokeAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        http.Response.Headers["x-request-id"] = $"req_{Ids.New()}";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.OnStarting(static state =>
        {
            var (http, time, started) = ((HttpContext, TimeProvider, long))state;
            http.Response.Headers["openai-processing-ms"] = ((long)time.GetElapsedTime(started).TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        }, (http, time, started));
        return next(http);
    }
}
