namespace Cadre.Models.Endpoints;

/// <summary>How often and how long a transient failure is tried again.</summary>
public sealed record RetryLimits
{
    public static readonly RetryLimits None = new() { MaxAttempts = 1 };

    /// <summary>Attempts in all, the first included.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>Attempts in all when the endpoint breaks its protocol: each may have cost a whole reply.</summary>
    public int MaxMalformedAttempts { get; init; } = 2;

    /// <summary>The upper bound of the first random delay; it doubles with each attempt.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Since the first attempt began. A delay that would pass it, <c>Retry-After</c> included, is not begun.</summary>
    public TimeSpan MaxTotal { get; init; } = TimeSpan.FromMinutes(10);
}
