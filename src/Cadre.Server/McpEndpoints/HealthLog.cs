using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Storage.Documents;
using Cadre.Tools.Mcp;
using Cadre.Tools.Mcp.Calls;

namespace Cadre.Server.McpEndpoints;

/// <summary>How each endpoint answered, newest first: the last <see cref="MaxChecks"/> checks, kept with the endpoint.</summary>
internal sealed class HealthLog(IStore store, TimeProvider time) : IDisposable
{
    public const string Kind = "mcp_health";

    /// <summary>A day of background checks.</summary>
    public const int MaxChecks = 288;

    /// <summary>Uses that find nothing new are noted this often.</summary>
    private static readonly TimeSpan UseInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, HealthCheck> _last = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1, 1);

    public async ValueTask<ImmutableArray<HealthCheck>> ReadAsync(KnownEndpoint endpoint, CancellationToken cancellationToken) =>
        Read(await store.FindAsync(new(endpoint.Organisation), Kind, endpoint.Id, cancellationToken));

    /// <summary>What a run found out when it listed the tools. That one user has not signed in says nothing about the server.</summary>
    public async ValueTask NoteUseAsync(KnownEndpoint endpoint, EndpointTools listed, CancellationToken cancellationToken)
    {
        if (listed.Status == McpStatus.Disabled || (listed.Status == McpStatus.SignInRequired && endpoint.Definition.SignIn == SignInMode.User)) return;
        var check = CheckOf(listed.Status, listed.Latency, listed.Reason);
        if (_last.TryGetValue(endpoint.Id, out var last) && last.Status == check.Status && check.At - last.At < UseInterval) return;
        await AddAsync(endpoint, check, cancellationToken);
    }

    public ValueTask AddAsync(KnownEndpoint endpoint, McpHealth health, CancellationToken cancellationToken) =>
        AddAsync(endpoint, CheckOf(health.Status, health.Latency, health.Reason), cancellationToken);

    public void Dispose() => _writing.Dispose();

    public static string Word(McpStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());

    private HealthCheck CheckOf(McpStatus status, TimeSpan? latency, string reason) => new(time.GetUtcNow(), Word(status))
    {
        LatencyMs = latency is { } took ? Math.Round(took.TotalMilliseconds, 1) : null,
        Reason = reason.Length > 0 ? reason : null,
    };

    private async ValueTask AddAsync(KnownEndpoint endpoint, HealthCheck check, CancellationToken cancellationToken)
    {
        _last[endpoint.Id] = check;
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var document = await store.FindAsync(new(endpoint.Organisation), Kind, endpoint.Id, cancellationToken);
            ImmutableArray<HealthCheck> checks = [check, .. Read(document).Take(MaxChecks - 1)];
            var body = JsonSerializer.SerializeToUtf8Bytes(new HealthHistory(checks), EndpointJson.Default.HealthHistory);
            // Refused when the endpoint is gone meanwhile: then there is nothing to note.
            await store.CommitAsync(
                [document is null ? new Change.Create(new(Kind, Ids.New(), endpoint.Owner, body) { Key = endpoint.Id, Parent = endpoint.Id, CreatedAt = time.GetUtcNow() }) : new Change.Replace(document with { Body = body })],
                cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static ImmutableArray<HealthCheck> Read(Document? document) =>
        document is null ? [] : JsonSerializer.Deserialize(document.Body.Span, EndpointJson.Default.HealthHistory)?.Checks ?? [];
}
