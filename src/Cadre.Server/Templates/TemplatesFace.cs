using System.Text.Json;
using Cadre.Server.Assistants;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Assistants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Templates;

/// <summary>GET /v1/cadre/templates, and POST /v1/cadre/templates/{name}, which makes an assistant of one.</summary>
internal static class TemplatesFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var library = new TemplateLibrary(context.Parts.ToolsDirectory, context.Parts.Log.CreateLogger<TemplateLibrary>());
        routes.MapGet("/v1/cadre/templates", http => ListAsync(http, library));
        routes.MapPost("/v1/cadre/templates/{name}", http => CreateAsync(http, context, library));
    }

    private static async Task ListAsync(HttpContext http, TemplateLibrary library)
    {
        http.Response.ContentType = Respond.Json;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, Respond.Plain);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var template in library.List()) Write(json, template);
        json.WriteEndArray();
        json.WriteBoolean("has_more", false);
        json.WriteEndObject();
    }

    private static async Task CreateAsync(HttpContext http, ServerContext context, TemplateLibrary library)
    {
        var name = (string)http.GetRouteValue("name")!;
        var template = library.List().FirstOrDefault(template => template.Name == name) ?? throw ApiException.NotFound($"No template found with name '{name}'.");
        var body = await RequestBody.ReadAsync(http);
        var agent = AssistantForm.Create(template.Fill(body.Object("parameters")), context.Time.GetUtcNow());
        await context.Store.CommitAsync([new Change.Create(AssistantForm.Document(agent, Caller.Of(http).Owner))], http.RequestAborted);
        await Respond.JsonAsync(http, AssistantForm.Render(agent), AssistantsJson.Default.AssistantObject);
    }

    public static void Write(Utf8JsonWriter json, AgentTemplate template)
    {
        json.WriteStartObject();
        json.WriteString("object", "cadre.template");
        json.WriteString("name", template.Name);
        json.WriteString("description", template.Description);
        json.WriteStartObject("parameters");
        foreach (var parameter in template.Parameters)
        {
            json.WriteStartObject(parameter.Name);
            json.WriteString("type", parameter.Type);
            json.WriteString("description", parameter.Description);
            json.WriteBoolean("required", parameter.Default is null);
            if (parameter.Default is { } otherwise)
            {
                json.WritePropertyName("default");
                otherwise.WriteTo(json);
            }

            if (!parameter.Choices.IsEmpty)
            {
                json.WriteStartArray("choices");
                foreach (var choice in parameter.Choices) choice.WriteTo(json);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
