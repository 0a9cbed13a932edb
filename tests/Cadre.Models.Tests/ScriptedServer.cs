using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Cadre.Models.Tests;

/// <summary>Answers each request with the next step, byte for byte; the last step repeats.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Step[] _steps;
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly Task _accepting;
    private int _next;

    public ScriptedServer(params Step[] steps)
    {
        _steps = steps;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public delegate Task Step(Stream connection, CancellationToken stopped);

    public Uri BaseUrl => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");

    public IReadOnlyList<Received> Requests => [.. _received];

    public static Step Reply(int status, string body, string contentType = "application/json", string headers = "") => async (connection, stopped) =>
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var typed = contentType.Length == 0 ? "" : $"Content-Type: {contentType}\r\n";
        await Write(connection, $"HTTP/1.1 {status} X\r\n{typed}{headers}Content-Length: {bytes.Length}\r\nConnection: close\r\n\r\n", stopped);
        await connection.WriteAsync(bytes, stopped);
    };

    /// <summary>A stream whose end is the end of the body.</summary>
    public static Step Events(params string[] frames) => Bytes([Encoding.UTF8.GetBytes(string.Concat(frames))]);

    /// <summary>Each piece is a chunk of its own on the wire.</summary>
    public static Step Bytes(IEnumerable<byte[]> pieces, string contentType = "text/event-stream") => async (connection, stopped) =>
    {
        await Chunks(connection, pieces, contentType, stopped);
        await Write(connection, "0\r\n\r\n", stopped);
    };

    /// <summary>The connection closes inside the chunked body.</summary>
    public static Step Cut(params string[] frames) => (connection, stopped) => Chunks(connection, frames.Select(Encoding.UTF8.GetBytes), "text/event-stream", stopped);

    public static Step Stall(params string[] frames) => async (connection, stopped) =>
    {
        await Chunks(connection, frames.Select(Encoding.UTF8.GetBytes), "text/event-stream", stopped);
        await Task.Delay(Timeout.Infinite, stopped);
    };

    public static Step Silence() => (_, stopped) => Task.Delay(Timeout.Infinite, stopped);

    public static Step Raw(string bytes) => (connection, stopped) => Write(connection, bytes, stopped);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private static async Task Chunks(Stream connection, IEnumerable<byte[]> pieces, string contentType, CancellationToken stopped)
    {
        await Write(connection, $"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nx-request-id: req_7\r\n\r\n", stopped);
        foreach (var piece in pieces)
        {
            await Write(connection, $"{piece.Length:x}\r\n", stopped);
            await connection.WriteAsync(piece, stopped);
            await Write(connection, "\r\n", stopped);
            await connection.FlushAsync(stopped);
        }
    }

    private static async Task Write(Stream connection, string text, CancellationToken stopped) => await connection.WriteAsync(Encoding.Latin1.GetBytes(text), stopped);

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await ReadAsync(stream) is not { } request) return;
                _received.Enqueue(request);
                var step = _steps[Math.Min(Interlocked.Increment(ref _next), _steps.Length) - 1];
                await step(stream, _stop.Token);
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // The client is gone, or the test is over.
            }
        }
    }

    private async Task<Received?> ReadAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[8192];
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. bytes]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var lines = text[..end].Split("\r\n");
                var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0].ToLowerInvariant(), parts => parts[1]);
                var length = headers.TryGetValue("content-length", out var value) ? int.Parse(value) : 0;
                if (bytes.Count >= end + 4 + length) return new(lines[0], headers, Encoding.UTF8.GetString([.. bytes[(end + 4)..]]));
            }

            var read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, read));
        }
    }

    internal sealed record Received(string Line, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public JsonElement Json => JsonElement.Parse(Body);

        public string Path => Line.Split(' ')[1];
    }
}
