using Cadre.Engine.Runs;

namespace Cadre.Engine.Ports;

/// <summary>The append-only, tamper-evident record of what was done in the world.</summary>
public interface IAudit
{
    /// <summary>Completes when the entry is durable. An action whose entry cannot be written must not be made.</summary>
    ValueTask WriteAsync(AuditEntry entry, CancellationToken cancellationToken);
}

/// <summary>The audit's part of <see cref="StoreUnavailableException"/>.</summary>
public sealed class AuditUnavailableException(string message, Exception? inner = null) : StoreUnavailableException(message, inner);

/// <param name="Kind">One of <see cref="AuditKinds"/>.</param>
/// <param name="Actor">Who caused it: "user:ID", "model:NAME", "policy", "system".</param>
/// <param name="Details">Flat facts (provenance, hashes, verdict, rule, host); never a secret, each value at most 4 KiB.</param>
public sealed record AuditEntry(DateTimeOffset At, string Kind, string Actor, RunId? Run, string? CallId, IReadOnlyDictionary<string, string> Details);

/// <summary>The kinds of audit entries; once written, a name is never changed.</summary>
public static class AuditKinds
{
    public const string ToolCall = "tool_call";
    public const string ToolResult = "tool_result";
    public const string Refusal = "tool_refused";
    public const string Approval = "approval";
    public const string Network = "network";
    public const string ModelCall = "model_call";
    public const string McpInvoke = "mcp_invoke";
    public const string McpPin = "mcp_pin";
    public const string PolicyReload = "policy_reload";
    public const string BundleChange = "bundle_change";
    public const string RunStart = "run_started";
    public const string RunEnd = "run_ended";
    public const string Cancel = "run_cancel";

    /// <summary>Somebody named a thing that is another's, and was told that there is none. "count" says that so many more were not written one by one.</summary>
    public const string AccessRefused = "access_refused";

    /// <summary>The audit itself was exported.</summary>
    public const string AuditExport = "audit_export";
    public const string SignInFailed = "sign_in_failed";
    public const string KeyCreated = "key_created";
    public const string KeyRevoked = "key_revoked";
    public const string KeyUsed = "key_used";
    public const string UserSeen = "user_first_seen";

    /// <summary>An administrator set up, changed or removed an MCP server; a user signed in to one, or out.</summary>
    public const string McpEndpoint = "mcp_endpoint";
}
