using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Cadre.Simulator.Http;

/// <summary>GET /v1/models and GET /v1/models/{id}.</summary>
internal static class ListModels
{
    /// <summary>2026-11-20, so that the answer does not depend on the day.</summary>
    private const long Created = 1_795_132_800;

    public static Task HandleAsync(HttpContext context, IReadOnlyList<string> models, RequestLog log, SimulatorOptions options)
    {
        if (options.RecordRequests)
        {
            log.Add(context.Request, default, 0);
        }

        return JsonOutput.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var model in models)
            {
                Write(json, model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    public static Task HandleOneAsync(HttpContext context, IReadOnlyList<string> models, string id) => models.Contains(id)
        ? JsonOutput.WriteAsync(context, StatusCodes.Status200OK, json => Write(json, id))
        : throw NotFound(id);

    public static RequestRefusedException NotFound(string id) =>
        new(404, $"The model '{id}' does not exist or you do not have access to it.", "model_not_found", "model");

    private static void Write(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", "model");
        json.WriteNumber("created", Created);
        json.WriteString("owned_by", "cadre");
        json.WriteEndObject();
    }
}
