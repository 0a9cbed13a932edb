using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Cadre.Simulator.Http;

/// <summary>Reads and records a JSON body. The document lives as long as its request.</summary>
internal static class RequestBody
{
    public static async Task<JsonDocument> ReadAsync(HttpContext context, RequestLog log, SimulatorOptions options)
    {
        var request = context.Request;
        try
        {
            var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: context.RequestAborted);
            if (options.RecordRequests)
            {
                log.Add(request, document.RootElement, request.ContentLength ?? document.RootElement.GetRawText().Length);
            }

            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw NotJson();
        }
        catch (JsonException)
        {
            if (options.RecordRequests)
            {
                log.Add(request, default, 0);
            }

            throw NotJson();
        }
    }

    private static RequestRefusedException NotJson() =>
        new(400, "We could not parse the JSON body of your request.");
}
