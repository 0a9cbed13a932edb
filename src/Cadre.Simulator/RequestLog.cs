using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Cadre.Simulator;

/// <summary>The latest requests, bounded by number and by size. Safe for concurrent use.</summary>
internal sealed class RequestLog
{
    public const int MaxRequests = 1_000;
    public const long MaxBytes = 64L << 20;

    private readonly Lock _gate = new();
    private readonly Queue<(RecordedRequest Request, long Bytes)> _requests = new();
    private long _bytes;
    private long _total;
    private TaskCompletionSource _grew = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<RecordedRequest> Snapshot()
    {
        lock (_gate)
        {
            return [.. _requests.Select(entry => entry.Request)];
        }
    }

    public void Add(HttpRequest request, JsonElement body, long bytes)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Headers)
        {
            if (!IsSecret(name))
            {
                headers[name.ToLowerInvariant()] = values.ToString();
            }
        }

        var kept = body.ValueKind == JsonValueKind.Undefined ? default : body.Clone();
        var recorded = new RecordedRequest(request.Method, request.Path + request.QueryString, headers, kept);
        lock (_gate)
        {
            _requests.Enqueue((recorded, bytes));
            _bytes += bytes;
            _total++;
            while (_requests.Count > MaxRequests || (_bytes > MaxBytes && _requests.Count > 1))
            {
                _bytes -= _requests.Dequeue().Bytes;
            }

            _grew.SetResult();
            _grew = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Completes when <paramref name="count"/> requests have arrived since the start.</summary>
    public async Task WaitAsync(long count, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task grew;
            lock (_gate)
            {
                if (_total >= count)
                {
                    return;
                }

                grew = _grew.Task;
            }

            await grew.WaitAsync(cancellationToken);
        }
    }

    private static bool IsSecret(string header) =>
        header.Contains("authorization", StringComparison.OrdinalIgnoreCase)
        || header.Contains("api-key", StringComparison.OrdinalIgnoreCase)
        || header.Contains("cookie", StringComparison.OrdinalIgnoreCase)
        || header.Contains("token", StringComparison.OrdinalIgnoreCase)
        || header.Contains("secret", StringComparison.OrdinalIgnoreCase);
}
