using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Cadre.Server.Tests.Assistants;

/// <summary>A server-sent event as a client reads it.</summary>
internal sealed record SentEvent(string Name, string Data, string? Id)
{
    public JsonElement Json => JsonDocument.Parse(Data).RootElement.Clone();

    /// <summary>What a message delta adds.</summary>
    public string Delta => Json.GetProperty("delta").GetProperty("content")[0].GetProperty("text").GetProperty("value").GetString()!;

    public static async Task<List<SentEvent>> PostAsync(TestServer server, string path, string json)
    {
        var events = new List<SentEvent>();
        await foreach (var sent in ReadAsync(server, HttpMethod.Post, path, json)) events.Add(sent);
        return events;
    }

    public static async Task<List<SentEvent>> GetAsync(TestServer server, string path, string? lastEventId = null)
    {
        var events = new List<SentEvent>();
        await foreach (var sent in ReadAsync(server, HttpMethod.Get, path, null, lastEventId)) events.Add(sent);
        return events;
    }

    public static async IAsyncEnumerable<SentEvent> ReadAsync(TestServer server, HttpMethod method, string path, string? json = null, string? lastEventId = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        if (response.StatusCode != HttpStatusCode.OK) Assert.Fail(await response.Content.ReadAsStringAsync(limit.Token));
        await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
        var parser = SseParser.Create(body);
        string? last = null;
        await foreach (var item in parser.EnumerateAsync(limit.Token))
        {
            var id = parser.LastEventId.Length > 0 && parser.LastEventId != last ? last = parser.LastEventId : null;
            yield return new(item.EventType, item.Data, id);
        }
    }
}
