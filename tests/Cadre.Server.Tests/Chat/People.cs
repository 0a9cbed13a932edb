using System.Text.Json;

namespace Cadre.Server.Tests.Chat;

/// <summary>A signed-in person at /api/v1.</summary>
internal sealed class People : IDisposable
{
    private readonly HttpClient _http;

    private People(HttpClient http) => _http = http;

    public HttpClient Http => _http;

    public static People SignIn(TestServer server, string user, string organisation = "acme", string? scope = null) =>
        Of(server, TestServer.TokenOf(user, organisation, scope: scope));

    public static People Of(TestServer server, string credential)
    {
        var http = server.ClientOf(credential);
        http.BaseAddress = new(server.Server.Address, "api/v1/");
        return new(http);
    }

    public Task<(int Status, JsonElement Body)> SayAsync(string message, string? conversation = null) => PostAsync("chat", conversation is null
        ? $$"""{"message":{{Quoted(message)}}}"""
        : $$"""{"message":{{Quoted(message)}},"conversation_id":"{{conversation}}"}""");

    public Task<(int Status, JsonElement Body)> PostAsync(string path, string? json = null) => TestServer.SendAsync(_http, HttpMethod.Post, path, json);

    public Task<(int Status, JsonElement Body)> GetAsync(string path) => TestServer.SendAsync(_http, HttpMethod.Get, path);

    public Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json = null) => TestServer.SendAsync(_http, method, path, json);

    public Task<SentEvents> StreamAsync(HttpMethod method, string path, string? json = null, string? lastEventId = null) => SentEvents.OpenAsync(_http, method, path, json, lastEventId);

    public void Dispose() => _http.Dispose();

    public static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
