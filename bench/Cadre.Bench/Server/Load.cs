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
    public async Task<Measured> RunAsync(Uri url, string body, string expect, int clients, TimeSpan duration)
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
                var text = await SendAsync(url, bytes);
                mine.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                if (!text.Contains(expect, StringComparison.Ordinal)) throw new InvalidOperationException($"{url} answered: {text[..Math.Min(text.Length, 2_000)]}");
            }
        })));
        var all = latencies.SelectMany(one => one).ToList();
        return new(all.Count, all.Count / watch.Elapsed.TotalSeconds, Median(all));
    }

    public void Dispose() => _invoker.Dispose();

    private async Task<string> SendAsync(Uri url, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) { Headers = { ContentType = Json } } };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ChildServers.Key}");
        using var response = await _invoker.SendAsync(request, CancellationToken.None);
        return await response.Content.ReadAsStringAsync();
    }
}

/// <param name="Median">Milliseconds.</param>
internal sealed record Measured(int Count, double Rate, double Median);
