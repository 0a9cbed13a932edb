using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Cadre.Engine.Tools;
using Cadre.Server.Events;
using Cadre.Storage.Documents;

namespace Cadre.Server.Webhooks;

/// <summary>Which webhooks there are, known without asking the store: every transaction asks it.</summary>
internal sealed class WebhookRegistry(IStore store, TimeProvider time)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    private readonly Channel<Delivery> _announced = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });
    private ImmutableDictionary<string, ImmutableArray<(Webhook Webhook, Owner Owner)>> _byOrganisation = ImmutableDictionary<string, ImmutableArray<(Webhook, Owner)>>.Empty;

    public bool Any => !_byOrganisation.IsEmpty;

    /// <summary>Deliveries that were recorded since the start.</summary>
    public ChannelReader<Delivery> Announced => _announced.Reader;

    /// <summary>Reads the webhooks anew; call after every change to them.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        var all = new List<(Webhook Webhook, Owner Owner)>();
        string? after = null;
        while (await store.ListAsync(Scope.Everything, new(Webhook.Kind) { Limit = 100, After = after, Descending = false }, cancellationToken) is { Items.Count: > 0 } page)
        {
            all.AddRange(page.Items.Select(document => (Webhook.Read(document), document.Owner)));
            if (!page.HasMore) break;
            after = page.Items[^1].Id;
        }

        _byOrganisation = all.GroupBy(entry => entry.Owner.Organisation).ToImmutableDictionary(group => group.Key, group => group.ToImmutableArray());
    }

    /// <summary>The documents that deliver an event, to be created with what it tells.</summary>
    public IEnumerable<Document> DeliveriesOf(PlatformEvent @event) =>
        from entry in _byOrganisation.GetValueOrDefault(@event.Owner.Organisation, [])
        where entry.Webhook.Wants(@event.Type)
        select Document(
            new Delivery(Ids.New(), entry.Webhook.Id, @event.Id, @event.Type, Encoding.UTF8.GetString(@event.ToJson())) { CreatedAt = @event.At, NextAt = @event.At },
            entry.Owner);

    /// <summary>Hands a recorded delivery to the dispatcher.</summary>
    public void Announce(Document delivery) => _announced.Writer.TryWrite(Delivery.Read(delivery));

    public void Announce(Delivery delivery) => _announced.Writer.TryWrite(delivery);

    public (Webhook Webhook, Owner Owner)? Find(string id)
    {
        foreach (var entry in _byOrganisation.Values.SelectMany(entries => entries))
        {
            if (entry.Webhook.Id == id) return entry;
        }

        return null;
    }

    public Document Document(Delivery delivery, Owner owner) =>
        new(Delivery.Kind, delivery.Id, owner, JsonSerializer.SerializeToUtf8Bytes(delivery, WebhookJson.Default.Delivery))
        {
            Parent = delivery.Webhook,
            CreatedAt = delivery.CreatedAt,
            ExpiresAt = time.GetUtcNow() + KeptFor,
        };
}
