using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace Cadre.Bench.Server;

/// <summary>Clients that each send a request, read its answer to the end, and send the next, over connections that stay open.</summary>
internal sealed class Load : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <param name="expect">What an answer that counts has in it.</param>
    /// <param name="keys">One for each client; null: all have the first key.</param>
    public async Task<Measured> RunAsync(Uri url, string body, string expect, int clients, TimeSpan duration, IReadOnlyList<string>? keys = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var latencies = new List<double>[clients];
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(async () =>
        {
            var mine = latencies[number] = [];
            while (watch.Elapsed < duration)
            {
                var began = Stopwatch.GetTimestamp();
                var text = await SendAsync(url, bytes, keys?[number] ?? ChildServers.Key);
                mine.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                if (!text.Contains(expect, StringComparison.Ordinal)) throw new InvalidOperationException($"{url} answered: {text[..Math.Min(text.Length, 2_000)]}");
            }
        })));
        var all = latencies.SelectMany(one => one).ToList();
        return new(all.Count, all.Count / watch.Elapsed.TotalSeconds, Median(all));
    }

    /// <summary>One request, and how long it took.</summary>
    public async Task<(string Answer, TimeSpan Took)> OnceAsync(Uri url, string body, string key)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var began = Stopwatch.GetTimestamp();
        var answer = await SendAsync(url, bytes, key);
        return (answer, Stopwatch.GetElapsedTime(began));
    }

    public void Dispose() => _invoker.Dispose();

    private async Task<string> SendAsync(Uri url, byte[] body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) { Headers = { ContentType = Json } } };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        using var response = await _invoker.SendAsync(request, CancellationToken.None);
        return await response.Content.ReadAsStringAsync();
    }
}

/// <param name="Median">Milliseconds.</param>
internal sealed record Measured(int Count, double Rate, double Median);
