using System.Net.Http.Headers;
using Cadre.Bench.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cadre.Bench.Server;

/// <summary>
/// The floor of a durable run: an endpoint that asks the model twice as Cadre does and commits five rows in groups, in the order in which a run has to; for a turn of
/// the chat, twelve rows in three commits. It reads no reply, checks nothing and keeps nothing else.
/// </summary>
internal sealed class FloorServer : IAsyncDisposable
{
    public const string Turn = "/turn";
    private const int RowBytes = 400;

    private const string First = """
        {"model":"simulator","instructions":"Help.","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Where is my order A-42?"}]}],
         "tools":[{"type":"function","name":"lookup","description":"Finds an order.","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"strict":false}],"store":false,"stream":true}
        """;

    private const string Second = """
        {"model":"simulator","instructions":"Help.","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Where is my order A-42?"}]},
         {"type":"function_call","call_id":"call_1","name":"lookup","arguments":"{\"number\":\"A-42\"}"},{"type":"function_call_output","call_id":"call_1","output":"on its way"}],
         "tools":[{"type":"function","name":"lookup","description":"Finds an order.","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"strict":false}],"store":false,"stream":true}
        """;

    private readonly WebApplication _app = BareProxy.Host();
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
    private readonly BareSqlite _rows;
    private readonly Uri _model;
    private readonly byte[] _row = new byte[RowBytes];
    private long _position;

    private FloorServer(string directory, Uri model) => (_rows, _model) = (new(Path.Combine(directory, "floor.db")), new($"{model}/responses"));

    public Uri Url => new(_app.Urls.First());

    public static async Task<FloorServer> StartAsync(string directory, Uri model)
    {
        var server = new FloorServer(directory, model);
        server._app.Run(server.HandleAsync);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _invoker.Dispose();
        _rows.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        var turn = http.Request.Path == Turn;
        await CommitAsync(turn ? 3 : 1);
        await AskAsync(First);
        await CommitAsync(turn ? 6 : 2);
        if (!turn) await CommitAsync(1);
        await AskAsync(Second);
        await CommitAsync(turn ? 3 : 1);
        await http.Response.WriteAsync("""{"status":"completed"}""", http.RequestAborted);
    }

    private Task CommitAsync(int rows) => _rows.CommitAsync(Interlocked.Add(ref _position, rows) - rows, _row, rows);

    private async Task AskAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _model) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        using var response = await _invoker.SendAsync(request, CancellationToken.None);
        await response.Content.CopyToAsync(Stream.Null);
        response.EnsureSuccessStatusCode();
    }
}
