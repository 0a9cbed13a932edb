using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Cadre.Server.Tests.Responses;

/// <summary>Reads server-sent events as a client does.</summary>
internal static class EventReader
{
    public static async IAsyncEnumerable<JsonElement> PostAsync(HttpClient http, string path, string json, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        await foreach (var @event in ReadAsync(http, request, cancellationToken)) yield return @event;
    }

    public static async IAsyncEnumerable<JsonElement> GetAsync(HttpClient http, string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        await foreach (var @event in ReadAsync(http, request, cancellationToken)) yield return @event;
    }

    public static async Task<List<JsonElement>> AllAsync(HttpClient http, string path, string json, CancellationToken cancellationToken)
    {
        var events = new List<JsonElement>();
        await foreach (var @event in PostAsync(http, path, json, cancellationToken)) events.Add(@event);
        return events;
    }

    public static string TypeOf(JsonElement @event) => @event.GetProperty("type").GetString()!;

    private static async IAsyncEnumerable<JsonElement> ReadAsync(HttpClient http, HttpRequestMessage request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        string? name = null;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line["event: ".Length..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            using var document = JsonDocument.Parse(line["data: ".Length..]);
            Assert.Equal(name, TypeOf(document.RootElement));
            yield return document.RootElement.Clone();
        }
    }
}
