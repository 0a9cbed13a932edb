using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Cadre.Knowledge;
using Cadre.Models.Endpoints;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Files;

/// <summary>Vectors from the model endpoint's <c>/embeddings</c>. An endpoint that has none is not asked again for a while.</summary>
/// <param name="model">As the endpoint names it.</param>
public sealed partial class EndpointEmbedder(Endpoint endpoint, string model, TimeProvider time, ILogger<EndpointEmbedder> logger) : IEmbedder, IDisposable
{
    /// <summary>Of an answer.</summary>
    private const int MaxAnswerBytes = 64 << 20;

    private const int MaxAttempts = 3;

    /// <summary>Of a vector.</summary>
    private const int MaxDimensions = 16_384;

    /// <summary>How long an endpoint without embeddings is left alone.</summary>
    private static readonly TimeSpan AbsentFor = TimeSpan.FromMinutes(5);

    /// <summary>How long one that fails is left alone.</summary>
    private static readonly TimeSpan FailingFor = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectTimeout = endpoint.Timeouts.Connect,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = endpoint.Proxy is not null,
        Proxy = endpoint.Proxy is { } proxy ? new WebProxy(proxy) : null,
        ActivityHeadersPropagator = null,
    })
    {
        Timeout = AttemptTimeout,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    private long _askAgainAt;

    public string Id => model;

    public async ValueTask<IReadOnlyList<ReadOnlyMemory<float>>?> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        if (texts.Count == 0) return [];
        if (time.GetTimestamp() < Interlocked.Read(ref _askAgainAt)) return null;
        var body = Body(texts);
        for (var attempt = 1; ; attempt++)
        {
            var (vectors, problem, isFinal) = await AskAsync(body, texts.Count, cancellationToken);
            if (vectors is not null) return vectors;
            if (isFinal || attempt == MaxAttempts)
            {
                Without(endpoint.Authority, problem!);
                LeaveAlone(isFinal ? AbsentFor : FailingFor);
                return null;
            }

            await Task.Delay(FirstDelay * Math.Pow(2, attempt - 1), time, cancellationToken);
        }
    }

    public void Dispose() => _client.Dispose();

    private void LeaveAlone(TimeSpan span) => Interlocked.Exchange(ref _askAgainAt, time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency));

    private async Task<(IReadOnlyList<ReadOnlyMemory<float>>? Vectors, string? Problem, bool IsFinal)> AskAsync(ReadOnlyMemory<byte> body, int count, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{endpoint.Address}/embeddings{endpoint.BaseUrl.Query}") { Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = Json } } };
            if (endpoint.ApiKey is { IsEmpty: false } key) request.Headers.Authorization = new("Bearer", key.Reveal());
            foreach (var header in endpoint.Headers)
            {
                request.Headers.Remove(header.Name);
                request.Headers.TryAddWithoutValidation(header.Name, header.Value.Reveal());
            }

            using var response = await _client.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode) return Read(await response.Content.ReadAsByteArrayAsync(cancellationToken), count) is { } vectors ? (vectors, null, false) : (null, "it answered with no embeddings", true);
            var isTransient = (int)response.StatusCode is 408 or 409 or 429 or (>= 500 and not 501);
            return (null, $"status {(int)response.StatusCode}", !isTransient);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || fault is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return (null, fault.Message, false);
        }
    }

    private ArrayBufferWriter<byte> Written(IReadOnlyList<string> texts)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("encoding_format", "base64");
        json.WriteStartArray("input");
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
        json.WriteEndObject();
        return buffer;
    }

    private ReadOnlyMemory<byte> Body(IReadOnlyList<string> texts) => Written(texts).WrittenMemory;

    /// <summary>Null when it is not what was asked for. Servers that do not know base64 answer with numbers.</summary>
    private static ReadOnlyMemory<float>[]? Read(ReadOnlyMemory<byte> answer, int count)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array || data.GetArrayLength() != count) return null;
            var vectors = new ReadOnlyMemory<float>[count];
            var next = 0;
            foreach (var item in data.EnumerateArray())
            {
                var index = item.TryGetProperty("index", out var at) && at.TryGetInt32(out var number) ? number : next;
                next++;
                if (index < 0 || index >= count || !item.TryGetProperty("embedding", out var embedding) || Vector(embedding) is not { } vector) return null;
                vectors[index] = vector;
            }

            return Array.TrueForAll(vectors, vector => vector.Length > 0 && vector.Length == vectors[0].Length) ? vectors : null;
        }
        catch (Exception fault) when (fault is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static float[]? Vector(JsonElement embedding)
    {
        if (embedding.ValueKind == JsonValueKind.Array)
        {
            if (embedding.GetArrayLength() > MaxDimensions) return null;
            return [.. embedding.EnumerateArray().Select(number => number.GetSingle())];
        }

        var bytes = embedding.GetBytesFromBase64();
        if (bytes.Length == 0 || bytes.Length % sizeof(float) != 0 || bytes.Length > MaxDimensions * sizeof(float)) return null;
        if (BitConverter.IsLittleEndian) return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        var vector = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < vector.Length; i++) vector[i] = BitConverter.ToSingle([bytes[i * 4 + 3], bytes[i * 4 + 2], bytes[i * 4 + 1], bytes[i * 4]]);
        return vector;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Endpoint} gives no embeddings ({Problem}): files are found by their words alone.")]
    private partial void Without(string endpoint, string problem);
}
