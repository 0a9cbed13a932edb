using System.Text.Json;

namespace Cadre.Server.Tests.Chat;

/// <summary>A signed-in person at /api/v1.</summary>
internal sealed class People : IDisposable
{
    private readonly HttpClient _http;

    private People(HttpClient http) => _http = http;

    public HttpClient Http => _http;

    public static async Task<People> SignInAsync(TestServer server, string user, string organisation = "acme")
    {
        var (_, key) = await server.Server.Context.Keys.CreateAsync(new(organisation, user), new(user, ""), secret: null, TestContext.Current.CancellationToken);
        return Of(server, key);
    }

    public static People Of(TestServer server, string key)
    {
        var http = server.ClientOf(key);
        http.BaseAddress = new(server.Server.Address, "api/v1/");
        return new(http);
    }

    public Task<(int Status, JsonElement Body)> SayAsync(string message, string? conversation = null) => PostAsync("chat", conversation is null
        ? $$"""{"message":{{Quoted(message)}}}"""
        : $$"""{"message":{{Quoted(message)}},"conversation_id":"{{conversation}}"}""");

    public Task<(int Status, JsonElement Body)> PostAsync(string path, string? json = null) => TestServer.SendAsync(_http, HttpMethod.Post, path, json);

    public Task<(int Status, JsonElement Body)> GetAsync(string path) => TestServer.SendAsync(_http, HttpMethod.Get, path);

    public void Dispose() => _http.Dispose();

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
