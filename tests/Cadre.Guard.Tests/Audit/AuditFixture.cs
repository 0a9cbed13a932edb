using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Guard.Audit;
using Cadre.Testing;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Cadre.Guard.Tests.Audit;

/// <summary>A state directory of the test's own, and the usual moves in it.</summary>
public abstract class AuditFixture : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    protected string State => _directory.Root;
    protected FakeTimeProvider Time { get; } = new();
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    protected static RunId Run { get; } = RunId.Parse("0123");
    protected string Head => Path.Combine(State, "audit.head");
    protected string[] Files => [.. new DirectoryInfo(State).GetFiles("audit-*.jsonl", SearchOption.AllDirectories).Select(file => file.FullName).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    protected ValueTask<AuditLog> OpenAsync(AuditOptions? options = null) => AuditLog.OpenAsync(State, options, Time, Cancellation);

    protected Task<AuditReport> VerifyAsync(string? keyFile = null) => AuditVerifier.VerifyAsync(State, keyFile, Cancellation);

    protected AuditEntry Entry(string text) =>
        new(Time.GetUtcNow(), AuditKinds.ToolCall, "model:m", Run, "c1", new Dictionary<string, string> { ["tool"] = "read_file", ["text"] = text });

    protected async Task WriteAsync(int count, AuditOptions? options = null)
    {
        await using var log = await OpenAsync(options);
        for (var i = 0; i < count; i++) await log.WriteAsync(Entry($"entry {i}"), Cancellation);
    }

    protected ValueTask<List<AuditRecord>> ReadAsync(AuditQuery? query = null) => AuditReader.ReadAsync(State, query ?? new(), Cancellation).ToListAsync(Cancellation);

    protected async Task<AuditProblem> ProblemAsync(string? keyFile = null)
    {
        var report = await VerifyAsync(keyFile);
        Assert.False(report.IsIntact);
        return report.Problem!;
    }
}
