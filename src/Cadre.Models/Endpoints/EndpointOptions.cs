using Cadre.Models.Prices;

namespace Cadre.Models.Endpoints;

/// <summary>An endpoint and what this program makes of it.</summary>
public sealed record EndpointOptions(Endpoint Endpoint)
{
    /// <summary><c>AGENT_FORCE_CHAT_COMPLETIONS</c>.</summary>
    public bool ForceChatCompletions { get; init; }

    /// <summary>Capability cards are kept in <c>capabilities/</c> under it; null keeps them in memory.</summary>
    public string? StateDirectory { get; init; }

    public PriceList Prices { get; init; } = PriceList.Default;

    /// <summary>Called at the end of each request, on the reader's thread; must be quick and must not throw.</summary>
    public Action<ModelCallRecord>? OnCall { get; init; }

    /// <summary>The source of the retries' jitter; a test gives a seeded one.</summary>
    public Random Random { get; init; } = Random.Shared;
}
