using System.Text;
using System.Text.Json;

namespace Cadre.Server.Tests.Tasks;

/// <summary>Somebody signed in, at /api/v1.</summary>
internal sealed class Person : IDisposable
{
    public Person(TestServer server, string user, string organisation = "acme", string? role = null)
    {
        Http = server.ClientOfPerson(user, organisation, role);
        Http.BaseAddress = new(server.Server.Address, "api/v1/");
    }

    public HttpClient Http { get; }

    public async Task<(int Status, JsonElement Body, HttpResponseMessage Answer)> SendAsync(HttpMethod method, string path, string? json = null, string? ifMatch = null, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (ifNoneMatch is not null) request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonElement.Parse(text.Length == 0 ? "{}" : text), response);
    }

    public async Task<JsonElement> CreateAsync(string title, string more = "")
    {
        var (status, body, _) = await SendAsync(HttpMethod.Post, "tasks", $$"""{"title":{{Quoted(title)}}{{more}}}""");
        Assert.True(status == 201, body.GetRawText());
        return body;
    }

    public async Task<JsonElement> GetAsync(string path, int expected = 200)
    {
        var (status, body, _) = await SendAsync(HttpMethod.Get, path);
        Assert.True(status == expected, $"{status} {body.GetRawText()}");
        return body;
    }

    public async Task<List<string>> TitlesAsync(string query = "") =>
        [.. (await GetAsync($"tasks?limit=100{query}")).GetProperty("data").EnumerateArray().Select(task => task.GetProperty("title").GetString()!)];

    public async Task<JsonElement> SayAsync(string message)
    {
        var (status, body, _) = await SendAsync(HttpMethod.Post, "chat", $$"""{"message":{{Quoted(message)}}}""");
        Assert.True(status == 200, body.GetRawText());
        return body;
    }

    public void Dispose() => Http.Dispose();

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
