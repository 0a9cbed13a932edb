using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.Events;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Webhooks;

/// <summary>Webhooks of the caller's organisation, the log of their deliveries, and replay. For administrators.</summary>
internal sealed class WebhookRoutes(ServerContext context, WebhookRegistry registry)
{
    private const int MaxUrl = 2_000;
    private const int MaxDescription = 500;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/webhooks", CreateAsync);
        routes.MapGet("/api/v1/webhooks", ListAsync);
        routes.MapGet("/api/v1/webhooks/{id}", http => GetAsync(http));
        routes.MapDelete("/api/v1/webhooks/{id}", DeleteAsync);
        routes.MapGet("/api/v1/webhooks/{id}/deliveries", DeliveriesAsync);
        routes.MapPost("/api/v1/webhooks/{id}/deliveries/{delivery}/replay", ReplayAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Administrator(http);
        var body = await RequestBody.ReadAsync(http);
        var url = body.RequiredText("url", MaxUrl);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
            throw ApiException.BadRequest("'url' must be an http or https address without a user name.", "url", "invalid_value");
        var events = body.Texts("events", EventTypes.All.Count) ?? [];
        if (events.FirstOrDefault(type => !EventTypes.All.Contains(type)) is { } unknown) throw ApiException.WrongValue("events", unknown, EventTypes.All);
        var present = await context.Store.ListAsync(caller.OrganisationScope, new(Webhook.Kind) { Limit = Webhook.MaxPerOrganisation }, http.RequestAborted);
        if (present?.Items.Count >= Webhook.MaxPerOrganisation) throw ApiException.Conflict($"An organisation has at most {Webhook.MaxPerOrganisation} webhooks.", "too_many_webhooks");

        var webhook = new Webhook(Ids.New(), address, Webhook.NewSecret(), [.. events]) { Description = body.Text("description", MaxDescription), CreatedAt = context.Time.GetUtcNow() };
        var document = new Document(Webhook.Kind, webhook.Id, caller.Owner, JsonSerializer.SerializeToUtf8Bytes(webhook, WebhookJson.Default.Webhook)) { CreatedAt = webhook.CreatedAt };
        await context.Store.CommitAsync([new Change.Create(document)], http.RequestAborted);
        await registry.LoadAsync(http.RequestAborted);
        await Respond.WriteAsync(http, json => Write(json, webhook, withSecret: true), StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var caller = Caller.Administrator(http);
        var page = await context.Store.ListAsync(caller.OrganisationScope, new(Webhook.Kind) { Limit = Webhook.MaxPerOrganisation }, http.RequestAborted);
        await Respond.ListAsync(http, page?.Items ?? [], page?.HasMore ?? false, (json, document) => Write(json, Webhook.Read(document), withSecret: false));
    }

    private async Task GetAsync(HttpContext http)
    {
        var document = await FindAsync(http);
        await Respond.WriteAsync(http, json => Write(json, Webhook.Read(document), withSecret: false));
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var document = await FindAsync(http);
        await context.Store.CommitAsync([new Change.Delete(Caller.Of(http).OrganisationScope, Webhook.Kind, document.Id)], http.RequestAborted);
        await registry.LoadAsync(http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task DeliveriesAsync(HttpContext http)
    {
        var webhook = await FindAsync(http);
        var query = ListQuery.Read(http);
        var page = await context.Store.ListAsync(
            Caller.Of(http).OrganisationScope, new(Delivery.Kind) { Parent = webhook.Id, Limit = query.Limit, Descending = query.Descending, After = query.After, Before = query.Before }, http.RequestAborted)
            ?? throw ApiException.BadRequest("The cursor names no delivery of this webhook.", query.After is null ? "before" : "after");
        await Respond.ListAsync(http, page.Items, page.HasMore, (json, document) => Write(json, Delivery.Read(document)));
    }

    private async Task ReplayAsync(HttpContext http)
    {
        var webhook = await FindAsync(http);
        var id = (string)http.Request.RouteValues["delivery"]!;
        if (await context.Store.GetAsync(Caller.Of(http).OrganisationScope, Delivery.Kind, id, http.RequestAborted) is not { } document || document.Parent != webhook.Id)
            throw ApiException.NotFound($"There is no delivery '{id}'.");
        var delivery = Delivery.Read(document);
        if (delivery.State == DeliveryState.Pending) throw ApiException.Conflict("The delivery is on its way.", "delivery_pending");
        var again = delivery with { State = DeliveryState.Pending, NextAt = context.Time.GetUtcNow(), Attempts = [] };
        var committed = await context.Store.CommitAsync([new Change.Replace(registry.Document(again, document.Owner), document.Version)], http.RequestAborted);
        if (!committed.Won) throw ApiException.Conflict("The delivery is on its way.", "delivery_pending");
        registry.Announce(again);
        await Respond.WriteAsync(http, json => Write(json, again), StatusCodes.Status202Accepted);
    }

    private async ValueTask<Document> FindAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        return await context.Store.GetAsync(Caller.Administrator(http).OrganisationScope, Webhook.Kind, id, http.RequestAborted) ?? throw ApiException.NotFound($"There is no webhook '{id}'.");
    }

    private static void Write(Utf8JsonWriter json, Webhook webhook, bool withSecret)
    {
        json.WriteStartObject();
        json.WriteString("id", webhook.Id);
        json.WriteString("url", webhook.Url.ToString());
        json.WriteStartArray("events");
        foreach (var type in webhook.Events) json.WriteStringValue(type);
        json.WriteEndArray();
        json.WriteString("description", webhook.Description);
        json.WriteString("created_at", webhook.CreatedAt);
        if (withSecret) json.WriteString("secret", webhook.Secret);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Delivery delivery)
    {
        json.WriteStartObject();
        json.WriteString("id", delivery.Id);
        json.WriteString("event_id", delivery.Event);
        json.WriteString("type", delivery.Type);
        json.WriteString("state", delivery.State.ToString().ToLowerInvariant());
        json.WriteString("created_at", delivery.CreatedAt);
        if (delivery.NextAt is { } next) json.WriteString("next_attempt_at", next);
        json.WriteStartArray("attempts");
        foreach (var attempt in delivery.Attempts)
        {
            json.WriteStartObject();
            json.WriteString("at", attempt.At);
            if (attempt.Status is { } status) json.WriteNumber("status", status);
            if (attempt.Problem is not null) json.WriteString("problem", attempt.Problem);
            json.WriteNumber("duration_ms", attempt.DurationMs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
