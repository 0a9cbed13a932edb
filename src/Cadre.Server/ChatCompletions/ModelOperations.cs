using System.Text.Json;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatCompletions;

/// <summary>GET /v1/models, GET and DELETE /v1/models/{model}: what the endpoint lists, and the operator's aliases.</summary>
internal static class ModelOperations
{
    private const string Operator = "cadre";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        routes.MapGet("/v1/models", http => ListAsync(http, context));

        // Names of models have slashes in them.
        routes.MapGet("/v1/models/{**model}", http => GetAsync(http, context));
        routes.MapDelete("/v1/models/{**model}", http => DeleteAsync(http, context));
    }

    private static async Task ListAsync(HttpContext http, ServerContext context)
    {
        var models = await KnownAsync(context, http.RequestAborted);
        await using var json = Begin(http);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var id in models.Order) Write(json, id, models.ById[id]);
        foreach (var (alias, _) in context.Models.Aliases.OrderBy(alias => alias.Key, StringComparer.Ordinal))
        {
            if (!models.ById.ContainsKey(alias)) Write(json, alias, null);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task GetAsync(HttpContext http, ServerContext context)
    {
        var name = Name(http);
        var models = await KnownAsync(context, http.RequestAborted);
        var isAlias = context.Models.Aliases.ContainsKey(name);
        if (!models.ById.TryGetValue(name, out var model) && !isAlias) throw Unknown(name);
        await using var json = Begin(http);
        Write(json, name, isAlias && model.ValueKind == JsonValueKind.Undefined ? null : model);
    }

    /// <summary>Deleting is for the fine-tuned models of one's own, which an endpoint may have; it decides.</summary>
    private static async Task DeleteAsync(HttpContext http, ServerContext context)
    {
        var name = Name(http);
        if (Caller.Of(http) is not { IsAdministrator: true, Organisation: ApiKeys.FirstOrganisation })
            throw new ApiException(StatusCodes.Status403Forbidden, "You have insufficient permissions for this operation. Deleting a model of the endpoint takes a key of the first organisation's administrator.");
        if (context.Models.Aliases.ContainsKey(name)) throw ApiException.BadRequest($"The model '{name}' is an alias; the operator's models.yaml has it.", "model");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(context.Upstream.Timeouts.FirstByte);
        using var request = context.Upstream.Compose(HttpMethod.Delete, $"models/{Uri.EscapeDataString(name)}");
        using var response = await context.Upstream.SendAsync(request, patience.Token, http.RequestAborted);
        if ((int)response.StatusCode is 404 or 405 or 501) throw Unknown(name);
        await PassThrough.AnswerAsync(http, context.Upstream, response, patience, null);
    }

    private static async ValueTask<EndpointModels> KnownAsync(ServerContext context, CancellationToken cancellationToken)
    {
        var models = await context.Models.List.GetAsync(cancellationToken);
        return models.State == ListState.Unavailable
            ? throw new ApiException(StatusCodes.Status502BadGateway, "The model endpoint could not be asked for its models.") { Type = "server_error", Code = "upstream_unreachable" }
            : models;
    }

    private static string Name(HttpContext http) => http.GetRouteValue("model") as string ?? throw ApiException.Missing("model");

    private static ApiException Unknown(string name) => ApiException.NotFound($"The model '{name}' does not exist", "model", "model_not_found");

    private static Utf8JsonWriter Begin(HttpContext http)
    {
        http.Response.ContentType = Respond.Json;
        return new(http.Response.BodyWriter);
    }

    /// <param name="model">As the endpoint describes it, which may leave out what OpenAI requires; null for an alias.</param>
    private static void Write(Utf8JsonWriter json, string id, JsonElement? model)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", "model");
        json.WriteNumber("created", model is { } known && known.TryGetProperty("created", out var created) && created.ValueKind == JsonValueKind.Number && created.TryGetInt64(out var time) ? time : 0);
        json.WriteString("owned_by", model is { } described && described.TryGetProperty("owned_by", out var owner) && owner.ValueKind == JsonValueKind.String ? owner.GetString() : Operator);
        if (model is { } rest)
        {
            foreach (var member in rest.EnumerateObject())
            {
                if (member.Name is not ("id" or "object" or "created" or "owned_by")) member.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }
}
