using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.RateLimiting;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>Bounds what one key may ask: requests a minute, and requests at the same time. Says so in OpenAI's headers.</summary>
internal sealed class RateLimits(RequestDelegate next) : IDisposable
{
    /// <summary>Requests, open streams included, that one key may have under way.</summary>
    public const int ConcurrentPerKey = 20_000;

    private const int Periods = 60;
    private readonly ConcurrentDictionary<(string Key, int PerMinute), TokenBucketRateLimiter> _buckets = new();
    private readonly ConcurrentDictionary<string, int> _underWay = new(StringComparer.Ordinal);

    public async Task InvokeAsync(HttpContext http)
    {
        if (Caller.TryOf(http) is not { } caller)
        {
            await next(http);
            return;
        }

        if (caller.RequestsPerMinute is { } perMinute) Take(http, caller.Credential, perMinute);
        if (_underWay.AddOrUpdate(caller.Credential, 1, static (_, count) => count + 1) > ConcurrentPerKey)
        {
            _underWay.AddOrUpdate(caller.Credential, 0, static (_, count) => count - 1);
            throw Exceeded($"Rate limit reached: {ConcurrentPerKey} requests of this key are under way.", TimeSpan.FromSeconds(1));
        }

        try
        {
            await next(http);
        }
        finally
        {
            _underWay.AddOrUpdate(caller.Credential, 0, static (_, count) => count - 1);
        }
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values) bucket.Dispose();
    }

    private void Take(HttpContext http, string key, int perMinute)
    {
        var bucket = _buckets.GetOrAdd((key, perMinute), static limit => new(new()
        {
            TokenLimit = limit.PerMinute,
            TokensPerPeriod = Math.Max(1, limit.PerMinute / Periods),
            ReplenishmentPeriod = TimeSpan.FromSeconds(limit.PerMinute >= Periods ? 1 : (double)Periods / limit.PerMinute),
            QueueLimit = 0,
            AutoReplenishment = true,
        }));
        using var lease = bucket.AttemptAcquire();
        var left = bucket.GetStatistics()?.CurrentAvailablePermits ?? 0;
        var reset = TimeSpan.FromMinutes((double)(perMinute - left) / perMinute);
        http.Response.Headers["x-ratelimit-limit-requests"] = perMinute.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["x-ratelimit-remaining-requests"] = left.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["x-ratelimit-reset-requests"] = $"{reset.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)}s";
        if (!lease.IsAcquired)
            throw Exceeded($"Rate limit reached for requests: limit {perMinute} a minute. Please try again later.", lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1));
    }

    private static ApiException Exceeded(string message, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, message) { Type = "requests", Code = "rate_limit_exceeded", RetryAfter = retryAfter };
}
