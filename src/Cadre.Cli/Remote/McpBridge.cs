using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cadre.Cli.Remote;

/// <summary>
/// MCP over standard streams, passed on to a server's /mcp: each line is a message, each message a request of its own, and whatever the server says becomes a line. It knows
/// no tool and keeps no state but the session that the server opened.
/// </summary>
internal sealed class McpBridge(HttpClient http, Stream output) : IDisposable
{
    /// <summary>Bytes of one line from the client; the server takes as much.</summary>
    public const int MaxLine = 4 << 20;

    /// <summary>Requests under way; more wait for one of them.</summary>
    private const int Concurrent = 64;

    private const string Path = "mcp";
    private const string SessionHeader = "Mcp-Session-Id";
    private const string VersionHeader = "MCP-Protocol-Version";
    private const int ParseError = -32700;
    private const int ServerUnreachable = -32000;
    private static readonly SearchValues<char> Plain = SearchValues.Create(Enumerable.Range(0x20, 0x5f).Select(code => (char)code).ToArray());

    /// <summary>For what is under way when the input ends.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _requests = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _places = new(Concurrent, Concurrent);
    private string? _session;
    private string? _version;

    /// <summary>Until the input ends, and a little longer for what is under way then.</summary>
    public async Task RunAsync(TextReader input, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var underWay = new List<Task>();
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0) continue;
            if (line.Length > MaxLine || Parse(line) is not { } message)
            {
                await FailAsync(null, ParseError, $"A line must be one JSON-RPC message of at most {MaxLine} characters.");
                continue;
            }

            if (Text(message["method"]) == "notifications/cancelled" && _session is null)
            {
                // Without a session, a request is cancelled by giving it up.
                if (message["params"]?["requestId"] is { } id && _requests.TryGetValue(id.ToJsonString(), out var request)) await request.CancelAsync();
                continue;
            }

            await _places.WaitAsync(cancellationToken);
            underWay.RemoveAll(task => task.IsCompleted);
            var sent = SendAsync(message, line, end.Token);
            underWay.Add(sent);
            // All that follows needs the session that this opens; the rest goes side by side, in order of its beginning.
            if (Text(message["method"]) == "initialize") await sent;
        }

        end.CancelAfter(Farewell);
        await Task.WhenAll(underWay);
        if (_session is not null) await CloseAsync(cancellationToken);
    }

    public void Dispose()
    {
        _writing.Dispose();
        _places.Dispose();
    }

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task SendAsync(JsonObject message, string line, CancellationToken cancellationToken)
    {
        var isRequest = message["method"] is not null && message["id"] is not null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var known = isRequest ? new KeyValuePair<string, CancellationTokenSource>(message["id"]!.ToJsonString(), end) : default;
        if (isRequest) _requests[known.Key] = end;
        try
        {
            using var request = Request(message, line);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end.Token);
            if (Text(message["method"]) == "initialize" && response.Headers.TryGetValues(SessionHeader, out var ids)) _session = ids.First();
            await ReceiveAsync(response, isRequest ? message["id"] : null, end.Token);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            if (isRequest) await FailAsync(message["id"], ServerUnreachable, $"The server at {http.BaseAddress} cannot be reached: {lost.Message}");
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has gone, or wants no answer any more.
        }
        finally
        {
            if (isRequest) _requests.TryRemove(known);
            _places.Release();
        }
    }

    /// <summary>From 2026-07-28 on headers repeat what a message says; before, they carry what the handshake agreed upon.</summary>
    private HttpRequestMessage Request(JsonObject message, string line)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(line, Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        var parameters = message["params"] as JsonObject;
        if (Text((parameters?["_meta"] as JsonObject)?["io.modelcontextprotocol/protocolVersion"]) is { } version)
        {
            request.Headers.Add(VersionHeader, Header(version));
            if (Text(message["method"]) is { } method) request.Headers.Add("Mcp-Method", Header(method));
            if ((Text(parameters?["name"]) ?? Text(parameters?["uri"])) is { } name) request.Headers.Add("Mcp-Name", Header(name));
        }
        else if (Text(message["method"]) != "initialize")
        {
            if (_session is not null) request.Headers.Add(SessionHeader, _session);
            if (_version is not null) request.Headers.Add(VersionHeader, _version);
        }

        return request;
    }

    private async Task ReceiveAsync(HttpResponseMessage response, JsonNode? id, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        switch (response.Content.Headers.ContentType?.MediaType)
        {
            case "text/event-stream":
                await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken)) await PassOnAsync(item.Data);
                break;
            case "application/json":
                await PassOnAsync(await new StreamReader(body).ReadToEndAsync(cancellationToken), id);
                break;
            default:
                if (id is not null) await FailAsync(id, ServerUnreachable, Refusal(response.StatusCode));
                break;
        }
    }

    private static string Refusal(HttpStatusCode status) => status == HttpStatusCode.Unauthorized
        ? "The server refused the key."
        : $"The server refused ({(int)status}).";

    /// <param name="id">Of the request that an error without an id answers; null: it stays as it is.</param>
    private async Task PassOnAsync(string json, JsonNode? id = null)
    {
        if (Parse(json) is not { } message) return;
        if (Text((message["result"] as JsonObject)?["protocolVersion"]) is { } version) _version = version;
        if (message["error"] is not null && message["id"] is null && id is not null) message["id"] = id.DeepClone();
        await WriteAsync(message);
    }

    private Task FailAsync(JsonNode? id, int code, string message) =>
        WriteAsync(new() { ["jsonrpc"] = "2.0", ["id"] = id?.DeepClone(), ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });

    private async Task WriteAsync(JsonObject message)
    {
        await _writing.WaitAsync();
        try
        {
            await using (var json = new Utf8JsonWriter(output)) message.WriteTo(json);
            output.WriteByte((byte)'\n');
            await output.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, Path);
        request.Headers.Add(SessionHeader, _session);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException)
        {
            // The server has gone first: the session is gone with it.
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>What does not fit into a header goes encoded.</summary>
    private static string Header(string text) =>
        text.AsSpan().ContainsAnyExcept(Plain) || text.Trim() != text || text.StartsWith("=?base64?", StringComparison.Ordinal) ? $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?=" : text;
}
