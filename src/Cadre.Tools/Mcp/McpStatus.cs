using Cadre.Engine.Tools;

namespace Cadre.Tools.Mcp;

public enum McpStatus
{
    Ok,

    /// <summary>Not reachable, not configured rightly, or not speaking the protocol.</summary>
    Failed,

    /// <summary>Reachable, but the endpoint or some of its tools wait for a person's approval.</summary>
    Quarantined,

    Disabled,

    /// <summary>It wants a token, and nobody has signed in, or no more.</summary>
    SignInRequired,
}

/// <summary>One endpoint as it answered at <paramref name="At"/>.</summary>
/// <param name="Latency">Of a live list of tools, without the time to connect; null when it did not answer.</param>
/// <param name="Tools">That are offered to runs.</param>
/// <param name="Reason">Empty when all is well.</param>
public sealed record McpHealth(
    string Endpoint,
    McpStatus Status,
    DateTimeOffset At,
    TimeSpan? Latency = null,
    string? Protocol = null,
    string? ServerName = null,
    string? ServerVersion = null,
    int Tools = 0,
    string Reason = "");

/// <summary>One tool as its server describes it; every text is fit for a terminal.</summary>
/// <param name="OfferedAs">Its name for models.</param>
/// <param name="Hints">The server's annotations: shown, never trusted.</param>
/// <param name="Reason">Why it is not offered; empty when it is.</param>
/// <param name="Diff">What changed since it was pinned, line by line.</param>
public sealed record McpListedTool(
    string Endpoint,
    string Name,
    string OfferedAs,
    McpToolState State,
    string Description,
    Effect Effect,
    string Hints,
    string Hash,
    string Reason = "",
    string Diff = "");

public enum McpToolState
{
    Offered,

    /// <summary>New or changed since the endpoint was pinned, or hiding something: waits for approval.</summary>
    Quarantined,

    /// <summary>Not among the endpoint's "tools".</summary>
    NotAllowed,
}

/// <param name="Refusal">Null when it was done.</param>
public sealed record McpApproval(IReadOnlyList<McpListedTool> Approved, string? Refusal);
