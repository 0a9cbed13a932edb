using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Cadre.EndToEnd;

/// <summary>A service with one unsafe function: it writes down each line it is given, as often as it is given.</summary>
internal sealed class Ledger : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Ledger(WebApplication app) => _app = app;

    /// <summary>How often each line was written.</summary>
    public ConcurrentDictionary<string, int> Lines { get; } = new(StringComparer.Ordinal);

    public static async Task<Ledger> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var ledger = new Ledger(builder.Build());
        ledger._app.Run(ledger.WriteAsync);
        await ledger._app.StartAsync();
        return ledger;
    }

    /// <summary>Declares it as a server's function, and lets the policy allow it.</summary>
    public void Declare(Place place)
    {
        place.Write("home/tools/functions/ledger.yaml", $$"""
            name: ledger
            description: Writes a line.
            url: {{_app.Urls.First()}}/lines
            method: POST
            allow_private: true
            parameters:
              type: object
              properties: { line: { type: string } }
              required: [line]

            """);
        place.Write("home/policies/tools.yaml", "version: 1\ndefaults: { read: allow, change: allow, program: ask }\n");
        place.Write("home/policies/paths.yaml", "version: 1\ndefaults: { read: allow, write: ask, delete: ask }\n");
        place.Write("home/policies/network.yaml", "version: 1\ndefault: allow\n");
        place.Command.Set("ALLOW_NET", "true");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task WriteAsync(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body);
        Lines.AddOrUpdate(body.RootElement.GetProperty("line").GetString()!, 1, static (_, count) => count + 1);
        await http.Response.WriteAsync("""{"written":true}""");
    }
}
