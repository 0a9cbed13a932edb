using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cadre.Bench.Server;

/// <summary>A model that says the time (of the clock that all processes of this machine share) once a second, until its reader goes.</summary>
internal sealed class Metronome : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private readonly WebApplication _app = BareProxy.Host();

    public Uri Url => new(_app.Urls.First());

    public static async Task<Metronome> StartAsync()
    {
        var metronome = new Metronome();
        metronome._app.Run(HandleAsync);
        await metronome._app.StartAsync();
        return metronome;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task HandleAsync(HttpContext http)
    {
        if (http.Request.Method == "GET")
        {
            await http.Response.WriteAsync("""{"object":"list","data":[{"id":"metronome"}]}""");
            return;
        }

        await http.Request.Body.CopyToAsync(Stream.Null);
        http.Response.ContentType = "text/event-stream";
        try
        {
            while (true)
            {
                await http.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"data: {{\"id\":\"c\",\"choices\":[],\"t\":{Stopwatch.GetTimestamp()}}}\n\n")), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await Task.Delay(Beat, http.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has gone.
        }
    }
}
