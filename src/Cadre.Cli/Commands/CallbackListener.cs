using System.Net;
using System.Net.Sockets;
using System.Text;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Cli.Commands;

/// <summary>Where the browser comes back to after a sign-in: a loopback port that answers one address and takes one answer.</summary>
internal sealed class CallbackListener : IDisposable
{
    private const string Path = "/callback";

    /// <summary>Bytes of a request that are read.</summary>
    private const int MaxRequest = 16 << 10;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public Uri Address { get; private set; } = null!;

    public static CallbackListener Start()
    {
        var callback = new CallbackListener();
        callback._listener.Start();
        callback.Address = new($"http://127.0.0.1:{((IPEndPoint)callback._listener.LocalEndpoint).Port}{Path}");
        return callback;
    }

    /// <summary>The answer that carries this state; whatever else calls is told that it is not awaited.</summary>
    public async ValueTask<SignInAnswer> WaitAsync(string state, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync(cancellationToken);
            try
            {
                var answer = Parse(await ReadAsync(client.GetStream(), cancellationToken));
                var awaited = answer?.State == state;
                await AnswerAsync(client.GetStream(), awaited, cancellationToken);
                if (awaited) return answer!;
            }
            catch (IOException)
            {
                // It hung up; the next one may be the browser.
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private static async ValueTask<string> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var (buffer, length) = (new byte[MaxRequest], 0);
        while (length < buffer.Length)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (count == 0) break;
            length += count;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0) break;
        }

        return Encoding.ASCII.GetString(buffer, 0, length).Split("\r\n", 2)[0];
    }

    private static SignInAnswer? Parse(string requestLine)
    {
        var words = requestLine.Split(' ');
        if (words.Length != 3 || words[0] != "GET" || !words[1].StartsWith(Path + "?", StringComparison.Ordinal)) return null;
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in words[1][(Path.Length + 1)..].Split('&'))
        {
            var parts = pair.Split('=', 2);
            query.TryAdd(parts[0], Uri.UnescapeDataString(parts[^1].Replace('+', ' ')));
        }

        return new(query.GetValueOrDefault("code"), query.GetValueOrDefault("state"), query.GetValueOrDefault("iss"), query.GetValueOrDefault("error"));
    }

    private static async ValueTask AnswerAsync(NetworkStream stream, bool awaited, CancellationToken cancellationToken)
    {
        var text = awaited ? "Back at cadre: look at the terminal. You can close this window." : "This is not the sign-in that cadre waits for.";
        var head = $"HTTP/1.1 {(awaited ? "200 OK" : "404 Not Found")}\r\nContent-Type: text/plain\r\nContent-Length: {text.Length}\r\nConnection: close\r\nReferrer-Policy: no-referrer\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + text), cancellationToken);
    }
}
