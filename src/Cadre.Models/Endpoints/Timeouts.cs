namespace Cadre.Models.Endpoints;

/// <summary>How long silence is borne. The defaults suit local models, which read a long prompt for minutes before they say a word.</summary>
public sealed record Timeouts
{
    /// <summary>Name, TCP and TLS.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From sending the request to the first byte of the reply's body.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two reads inside the body.</summary>
    public TimeSpan BetweenBytes { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A whole attempt: what keep-alive comments cannot stretch.</summary>
    public TimeSpan Whole { get; init; } = TimeSpan.FromHours(1);
}
