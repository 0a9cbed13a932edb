using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Operations;

/// <summary>API keys. An administrator manages those of its organisation; one of the first organisation makes keys for every other, which is how organisations begin.</summary>
internal sealed class KeyRoutes(ServerContext context)
{
    private const int MaxName = 100;
    private const int MaxPerMinute = 10_000_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/keys", CreateAsync);
        routes.MapGet("/api/v1/keys", ListAsync);
        routes.MapDelete("/api/v1/keys/{id}", RevokeAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Administrator(http);
        var body = await RequestBody.ReadAsync(http);
        var organisation = body.Text("organisation", MaxName) ?? caller.Organisation;
        if (organisation != caller.Organisation && caller.Organisation != ApiKeys.FirstOrganisation)
            throw new ApiException(StatusCodes.Status403Forbidden, "Only an administrator of the first organisation makes keys for others.") { Code = "not_an_operator", Parameter = "organisation" };
        if (!Persons.IsOrganisation(organisation))
            throw ApiException.BadRequest("An organisation's name consists of a-z, 0-9 and '-'.", "organisation", "invalid_value");
        var name = body.RequiredText("name", MaxName, 1);
        var owner = new Owner(organisation, body.Text("user", MaxName) ?? name);
        var key = new ApiKey(name, "")
        {
            Role = RoleIn(body),
            RequestsPerMinute = (int?)body.Integer("requests_per_minute", 1, MaxPerMinute) ?? (owner.IsPerson ? context.Parts.Tokens?.RequestsPerMinute : null),
        };
        if (owner.IsPerson && await context.Users.FindAsync(new(organisation), owner.User, http.RequestAborted) is null)
            throw ApiException.BadRequest($"There is no user '{owner.User}'. Only persons who were here have ids that begin with '{Owner.PersonPrefix}'.", "user", "invalid_value");
        var (id, secret) = await context.Keys.CreateAsync(caller.Author, owner, key, null, http.RequestAborted);
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("organisation", organisation);
            json.WriteString("key", secret);
            json.WriteEndObject();
        }, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = ListQuery.Read(http);
        var page = await context.Store.ListAsync(
            Caller.Administrator(http).OrganisationScope, new(ApiKeys.Kind) { Limit = query.Limit, Descending = query.Descending, After = query.After, Before = query.Before }, http.RequestAborted)
            ?? throw ApiException.BadRequest("The cursor names no key.", query.After is null ? "before" : "after");
        await Respond.ListAsync(http, page.Items, page.HasMore, Write);
    }

    private async Task RevokeAsync(HttpContext http)
    {
        var caller = Caller.Administrator(http);
        var id = (string)http.Request.RouteValues["id"]!;
        if (!await context.Keys.RevokeAsync(caller.Author, caller.OrganisationScope, id, http.RequestAborted)) throw ApiException.NotFound($"There is no key '{id}'.");
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>"administrator" is from before there were roles, and still means what it meant.</summary>
    private static string RoleIn(Fields body)
    {
        var role = body.Word("role", "user", "operator", "admin");
        return body.Flag("administrator") == true ? "admin" : role ?? "user";
    }

    private static void Write(Utf8JsonWriter json, Document document)
    {
        var key = ApiKeys.Read(document);
        json.WriteStartObject();
        json.WriteString("id", document.Id);
        json.WriteString("name", key.Name);
        json.WriteString("hint", key.Hint);
        json.WriteString("user", document.Owner.User);
        json.WriteString("role", Persons.NameOf(ApiKeys.RoleOf(key)));
        json.WriteBoolean("administrator", ApiKeys.RoleOf(key) == Role.Administrator);
        if (key.RequestsPerMinute is { } limit) json.WriteNumber("requests_per_minute", limit);
        json.WriteString("created_at", document.CreatedAt);
        json.WriteEndObject();
    }
}
