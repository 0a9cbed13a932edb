using System.Net.Http.Headers;
using System.Text;
using Cadre.Storage.Documents;
using Cadre.Tools.Http;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Webhooks;

/// <summary>
/// Delivers events to webhooks (the Standard Webhooks specification): signed, at least once, in no promised order, tried again with growing delays, every attempt on
/// record. What was not delivered when the server ended is delivered after its next start.
/// </summary>
internal sealed partial class WebhookDispatcher(IStore store, WebhookRegistry registry, Func<string, bool> mayBePrivate, TimeProvider time, ILogger<WebhookDispatcher> logger) : IDisposable
{
    /// <summary>Deliveries that are on their way at once.</summary>
    private const int Abreast = 16;
    private const int MaxProblem = 300;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Before each attempt after the first, as the specification proposes.</summary>
    internal static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14),
    ];

    private readonly HttpClient _http = new(PublicDial.CreateHandler(mayBePrivate)) { Timeout = Timeout };
    private readonly SemaphoreSlim _lanes = new(Abreast, Abreast);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await RecallAsync(cancellationToken);
        try
        {
            await foreach (var delivery in registry.Announced.ReadAllAsync(cancellationToken)) _ = WaitAndDeliverAsync(delivery, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop: what is pending is on record.
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _lanes.Dispose();
    }

    /// <summary>What a former process left pending.</summary>
    private async Task RecallAsync(CancellationToken cancellationToken)
    {
        string? after = null;
        var query = new DocumentQuery(Delivery.Kind) { Limit = 100, Descending = false, Where = new Dictionary<string, string> { ["state"] = nameof(DeliveryState.Pending) } };
        while (await store.ListAsync(Scope.Everything, query with { After = after }, cancellationToken) is { Items.Count: > 0 } page)
        {
            foreach (var document in page.Items) registry.Announce(Delivery.Read(document));
            if (!page.HasMore) break;
            after = page.Items[^1].Id;
        }
    }

    private async Task WaitAndDeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            var wait = (delivery.NextAt ?? delivery.CreatedAt) - time.GetUtcNow();
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
            await _lanes.WaitAsync(cancellationToken);
            try
            {
                await DeliverAsync(delivery, cancellationToken);
            }
            finally
            {
                _lanes.Release();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop: it is still pending on record.
        }
        catch (Exception failure)
        {
            Lost(delivery.Id, failure);
        }
    }

    private async Task DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        // Taken back meanwhile: its deliveries went with it.
        if (registry.Find(delivery.Webhook) is not { } entry) return;
        var attempt = await TryAsync(entry.Webhook, delivery, cancellationToken);
        var attempts = delivery.Attempts.Add(attempt);
        var next = attempt.Problem is null || attempts.Length > Delays.Length ? (DateTimeOffset?)null : time.GetUtcNow() + Delays[attempts.Length - 1];
        var after = delivery with
        {
            Attempts = attempts,
            NextAt = next,
            State = attempt.Problem is null ? DeliveryState.Delivered : next is null ? DeliveryState.Failed : DeliveryState.Pending,
        };
        await store.CommitAsync([new Change.Replace(registry.Document(after, entry.Owner))], cancellationToken);
        if (after.State == DeliveryState.Pending) registry.Announce(after);
    }

    private async Task<DeliveryAttempt> TryAsync(Webhook webhook, Delivery delivery, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var now = time.GetUtcNow();
        var body = Encoding.UTF8.GetBytes(delivery.Payload);
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("webhook-id", delivery.Event);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", webhook.Sign(delivery.Event, now.ToUnixTimeSeconds(), body));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return Attempt((int)response.StatusCode, response.IsSuccessStatusCode ? null : $"The receiver answered {(int)response.StatusCode}.");
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Attempt(null, failure is OperationCanceledException ? $"No answer within {Timeout.TotalSeconds:0} s." : failure.Message);
        }

        DeliveryAttempt Attempt(int? status, string? problem) => new(now, status, problem is { Length: > MaxProblem } ? problem[..MaxProblem] : problem, (long)time.GetElapsedTime(started).TotalMilliseconds);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery {Delivery} could not be recorded; it is tried again after the next start.")]
    private partial void Lost(string delivery, Exception failure);
}
