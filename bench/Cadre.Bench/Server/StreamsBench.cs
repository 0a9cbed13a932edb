using System.Diagnostics;
using System.Net.Http.Headers;

namespace Cadre.Bench.Server;

/// <summary>Many open streams of slow answers on one server: what each holds, and how soon a piece that the model said is at its client.</summary>
internal static class StreamsBench
{
    /// <summary>Opened side by side; all of them at once would measure the queue of connections.</summary>
    private const int Abreast = 64;

    private static readonly TimeSpan Watching = TimeSpan.FromSeconds(6);

    public static async Task RunAsync(string? path, int streams)
    {
        using var page = new Report(path, "Open streams", "streams");
        var directory = Directory.CreateTempSubdirectory("cadre-bench-").FullName;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
        using (var model = Child.Start("child-metronome"))
        using (var cadre = Child.Start("child-cadre", directory, $"{model.Url}v1"))
        {
            await OpenAsync(invoker, cadre, 64, TimeSpan.Zero);
            var before = cadre.ResidentBytes;
            var (pieces, held) = await OpenAsync(invoker, cadre, streams, Watching);
            page.Line($"{streams:N0} streams of `POST /v1/chat/completions`, opened {Abreast} side by side; the model says a piece with the time in it to each of them once a second, for {Watching.TotalSeconds:0} s after the last was opened. Model, Cadre and clients are three processes on the same processors; the times are of one clock, and contain the model's own work and the client's.");
            page.Line();
            page.Line("| streams | KiB a stream | pieces | model to client, median ms | 99th percentile ms |");
            page.Line("|--:|--:|--:|--:|--:|");
            var sorted = pieces.Order().ToArray();
            page.Line($"| {streams:N0} | {(held - before) / 1024.0 / streams:N1} | {sorted.Length:N0} | {sorted[sorted.Length / 2]:N1} | {sorted[(int)(sorted.Length * 0.99)]:N1} |");
            page.Line();
            page.Line("Goals: 40 KiB a stream; 50 ms at the 99th percentile.");
        }

        Directory.Delete(directory, recursive: true);
    }

    private static async Task<(List<double> Pieces, long Held)> OpenAsync(HttpMessageInvoker invoker, Child cadre, int streams, TimeSpan watching)
    {
        using var stop = new CancellationTokenSource();
        using var door = new SemaphoreSlim(Abreast);
        var watch = false;
        var opened = 0;
        var all = new TaskCompletionSource();
        var readers = Enumerable.Range(0, streams).Select(_ => Task.Run(async () =>
        {
            var mine = new List<double>();
            await door.WaitAsync();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{cadre.Url}v1/chat/completions"));
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ChildServers.Key}");
            request.Content = new StringContent("""{"model":"metronome","stream":true,"messages":[{"role":"user","content":"x"}]}""", new MediaTypeHeaderValue("application/json"));
            using var response = await invoker.SendAsync(request, CancellationToken.None);
            await using var body = await response.Content.ReadAsStreamAsync(CancellationToken.None);
            door.Release();
            if (Interlocked.Increment(ref opened) == streams) all.SetResult();
            var buffer = new byte[512];
            try
            {
                while (await body.ReadAsync(buffer, stop.Token) is var read and > 0)
                {
                    if (Volatile.Read(ref watch)) Take(mine, buffer.AsSpan(0, read));
                }
            }
            catch (OperationCanceledException)
            {
                // Seen enough.
            }

            return mine;
        })).ToArray();
        await all.Task;
        Volatile.Write(ref watch, true);
        await Task.Delay(watching);
        var held = cadre.ResidentBytes;
        await stop.CancelAsync();
        return ([.. (await Task.WhenAll(readers)).SelectMany(one => one)], held);
    }

    /// <summary>A piece is "data: {…"t":TICKS}" and an empty line.</summary>
    private static void Take(List<double> pieces, ReadOnlySpan<byte> bytes)
    {
        var at = bytes.IndexOf("\"t\":"u8);
        if (at < 0 || !System.Buffers.Text.Utf8Parser.TryParse(bytes[(at + 4)..], out long ticks, out _)) return;
        pieces.Add(Stopwatch.GetElapsedTime(ticks).TotalMilliseconds);
    }
}
