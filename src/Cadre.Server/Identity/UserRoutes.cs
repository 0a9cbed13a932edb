using System.Text.Json;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Identity;

/// <summary><c>GET /api/v1/me</c>: whom the server takes the caller for, and what it may. <c>GET /api/v1/users</c>: the organisation's persons.</summary>
internal sealed class UserRoutes(ServerContext context)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/me", MeAsync);
        routes.MapGet("/api/v1/users", ListAsync);
    }

    private async Task MeAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var document = caller.Owner.IsPerson ? await context.Users.FindAsync(caller.Own, caller.User, http.RequestAborted) : null;
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", caller.User);
            json.WriteString("organisation", caller.Organisation);
            json.WriteBoolean("person", caller.Owner.IsPerson);
            json.WriteString("role", Persons.NameOf(caller.Role));
            WriteDisplay(json, document);
            WriteGrants(json, caller.Grants);
            json.WriteStartObject("limits");
            if (caller.RequestsPerMinute is { } perMinute) json.WriteNumber("requests_per_minute", perMinute);
            json.WriteNumber("concurrent_requests", RateLimits.ConcurrentPerKey);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private async Task ListAsync(HttpContext http)
    {
        var caller = Caller.Operator(http);
        var query = ListQuery.Read(http);
        var page = await context.Store.ListAsync(
            caller.OrganisationScope, new(Users.Kind) { Limit = query.Limit, Descending = query.Descending, After = Cursor(query.After), Before = Cursor(query.Before) }, http.RequestAborted)
            ?? throw ApiException.BadRequest("The cursor names no user.", query.After is null ? "before" : "after");
        await Respond.ListAsync(http, page.Items, page.HasMore, Write);

        string? Cursor(string? id) => id is null ? null : Users.DocumentIdOf(caller.Organisation, id);
    }

    private static void Write(Utf8JsonWriter json, Document document)
    {
        json.WriteStartObject();
        json.WriteString("id", document.Owner.User);
        WriteDisplay(json, document);
        json.WriteString("created_at", document.CreatedAt);
        json.WriteEndObject();
    }

    private static void WriteDisplay(Utf8JsonWriter json, Document? document)
    {
        if (document is null) return;
        var user = Users.Read(document);
        if (user.Name is not null) json.WriteString("name", user.Name);
        if (user.Email is not null) json.WriteString("email", user.Email);
        if (user.Issuer is not null) json.WriteString("issuer", user.Issuer);
    }

    private static void WriteGrants(Utf8JsonWriter json, IReadOnlySet<string>? grants)
    {
        if (grants is null)
        {
            json.WriteNull("grants");
            return;
        }

        json.WriteStartArray("grants");
        foreach (var grant in grants.Order(StringComparer.Ordinal)) json.WriteStringValue(grant);
        json.WriteEndArray();
    }
}
