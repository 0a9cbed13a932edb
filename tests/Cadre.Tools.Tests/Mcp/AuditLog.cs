using System.Collections.Concurrent;
using Cadre.Engine.Ports;

namespace Cadre.Tools.Tests.Mcp;

/// <summary>The audit port, kept in memory to be read.</summary>
internal sealed class AuditLog : IAudit
{
    private readonly ConcurrentQueue<AuditEntry> _entries = [];

    /// <summary>When set, no entry can be written, as on a full disk.</summary>
    public bool IsBroken { get; set; }

    public IReadOnlyList<AuditEntry> Entries => [.. _entries];

    public IReadOnlyList<AuditEntry> Of(string kind) => [.. _entries.Where(entry => entry.Kind == kind)];

    public string AllText => string.Join('\n', _entries.SelectMany(entry => entry.Details).Select(detail => $"{detail.Key}={detail.Value}"));

    public ValueTask WriteAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        if (IsBroken) throw new IOException("No space left on device.");
        _entries.Enqueue(entry);
        return ValueTask.CompletedTask;
    }
}
