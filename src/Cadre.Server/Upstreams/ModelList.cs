using System.Collections.Frozen;
using System.Text.Json;
using Cadre.Server.Http;

namespace Cadre.Server.Upstreams;

/// <summary>The endpoint's own list of models, asked for when it is needed and kept for a while.</summary>
public sealed class ModelList(Upstream upstream, TimeProvider time)
{
    private const int MaxBytes = 16 << 20;
    private const int MaxModels = 10_000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FailureKeptFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private (EndpointModels Models, long At)? _kept;
    private Task<EndpointModels>? _asking;

    /// <summary>At once when it was asked for before: an old list is given while a new one is fetched.</summary>
    public ValueTask<EndpointModels> GetAsync(CancellationToken cancellationToken)
    {
        Task<EndpointModels> asking;
        lock (_gate)
        {
            if (_kept is { } kept)
            {
                if (time.GetElapsedTime(kept.At) >= (kept.Models.State == ListState.Unavailable ? FailureKeptFor : KeptFor)) _asking ??= AskAsync();
                return new(kept.Models);
            }

            asking = _asking ??= AskAsync();
        }

        return new(asking.WaitAsync(cancellationToken));
    }

    private async Task<EndpointModels> AskAsync()
    {
        // Leaves the lock that it is started under.
        await Task.Yield();
        var models = await ReadAsync();
        lock (_gate)
        {
            // A list that was there outlives an endpoint that is away.
            if (models.State == ListState.Unavailable && _kept is { Models.State: ListState.Known } old) models = old.Models;
            _kept = (models, time.GetTimestamp());
            _asking = null;
        }

        return models;
    }

    private async Task<EndpointModels> ReadAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            using var request = upstream.Compose(HttpMethod.Get, "models");
            using var response = await upstream.SendAsync(request, patience.Token, CancellationToken.None);
            if ((int)response.StatusCode is 404 or 405 or 501) return EndpointModels.NoList;
            if (!response.IsSuccessStatusCode) return EndpointModels.Unavailable;
            var bytes = await PassThrough.ReadAsync(await response.Content.ReadAsStreamAsync(patience.Token), MaxBytes, patience.Token);
            return Parse(bytes);
        }
        catch (Exception failure) when (failure is ApiException or IOException or HttpRequestException or OperationCanceledException or JsonException)
        {
            return EndpointModels.Unavailable;
        }
    }

    private static EndpointModels Parse(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        var data = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("data", out var member) ? member : root;
        if (data.ValueKind != JsonValueKind.Array) return EndpointModels.NoList;
        var models = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var item in data.EnumerateArray())
        {
            if (models.Count >= MaxModels) break;
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String) models.TryAdd(id.GetString()!, item.Clone());
        }

        return new(ListState.Known, models.ToFrozenDictionary(StringComparer.Ordinal), [.. models.Keys]);
    }
}

/// <param name="ById">Each as the endpoint describes it.</param>
/// <param name="Order">The ids as the endpoint lists them.</param>
public sealed record EndpointModels(ListState State, FrozenDictionary<string, JsonElement> ById, IReadOnlyList<string> Order)
{
    internal static EndpointModels NoList { get; } = new(ListState.None, FrozenDictionary<string, JsonElement>.Empty, []);
    internal static EndpointModels Unavailable { get; } = new(ListState.Unavailable, FrozenDictionary<string, JsonElement>.Empty, []);
}

public enum ListState
{
    Known,

    /// <summary>The endpoint lists no models.</summary>
    None,

    /// <summary>The endpoint cannot be asked now.</summary>
    Unavailable,
}
