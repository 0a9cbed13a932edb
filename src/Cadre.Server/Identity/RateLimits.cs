using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.RateLimiting;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>Bounds what one key or person may ask: requests a minute, and requests at the same time. Says so in OpenAI's headers.</summary>
internal sealed class RateLimits(RequestDelegate next) : IDisposable
{
    /// <summary>Requests, open streams included, that one key or person may have under way.</summary>
    public const int ConcurrentPerKey = 20_000;

    private const int Periods = 60;

    /// <summary>Lets go of buckets that are full again.</summary>
    private readonly PartitionedRateLimiter<(string Credential, int PerMinute)> _buckets =
        PartitionedRateLimiter.Create<(string Credential, int PerMinute), (string Credential, int PerMinute)>(key => RateLimitPartition.GetTokenBucketLimiter(key, Bucket));

    /// <summary>Has those only that have requests under way.</summary>
    private readonly ConcurrentDictionary<string, int> _underWay = new(StringComparer.Ordinal);

    public async Task InvokeAsync(HttpContext http)
    {
        if (Caller.TryOf(http) is not { } caller)
        {
            await next(http);
            return;
        }

        if (caller.RequestsPerMinute is { } perMinute) Take(http, caller.Credential, perMinute);
        try
        {
            if (_underWay.AddOrUpdate(caller.Credential, 1, static (_, count) => count + 1) > ConcurrentPerKey)
                throw Exceeded($"Rate limit reached: {ConcurrentPerKey} requests of this key are under way.", TimeSpan.FromSeconds(1));
            await next(http);
        }
        finally
        {
            if (_underWay.AddOrUpdate(caller.Credential, 0, static (_, count) => count - 1) == 0) _underWay.TryRemove(new(caller.Credential, 0));
        }
    }

    public void Dispose() => _buckets.Dispose();

    private void Take(HttpContext http, string credential, int perMinute)
    {
        var key = (credential, perMinute);
        using var lease = _buckets.AttemptAcquire(key);
        var left = _buckets.GetStatistics(key)?.CurrentAvailablePermits ?? 0;
        var reset = TimeSpan.FromMinutes((double)(perMinute - left) / perMinute);
        http.Response.Headers["x-ratelimit-limit-requests"] = perMinute.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["x-ratelimit-remaining-requests"] = left.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["x-ratelimit-reset-requests"] = $"{reset.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)}s";
        if (!lease.IsAcquired)
            throw Exceeded($"Rate limit reached for requests: limit {perMinute} a minute. Please try again later.", lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1));
    }

    private static TokenBucketRateLimiterOptions Bucket((string Credential, int PerMinute) key) => new()
    {
        TokenLimit = key.PerMinute,
        TokensPerPeriod = Math.Max(1, key.PerMinute / Periods),
        ReplenishmentPeriod = TimeSpan.FromSeconds(key.PerMinute >= Periods ? 1 : (double)Periods / key.PerMinute),
        QueueLimit = 0,
    };

    private static ApiException Exceeded(string message, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, message) { Type = "requests", Code = "rate_limit_exceeded", RetryAfter = retryAfter };
}
