using System.Text.Json;

namespace Cadre.Server.Tests.Agents;

/// <summary>A reader of server-sent events on a real connection.</summary>
internal sealed class LiveEvents : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private LiveEvents(HttpResponseMessage response, Stream body) => (_response, _reader) = (response, new(body));

    public int Status => (int)_response.StatusCode;

    /// <summary>Everything read so far.</summary>
    public List<(string? Name, JsonElement Data)> Seen { get; } = [];

    public IEnumerable<string> Types => Seen.Select(seen => seen.Data.GetProperty("type").GetString()!);

    /// <summary>On return the headers are there: what happens from now on is in the stream.</summary>
    public static async Task<LiveEvents> OpenAsync(HttpClient http, HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Reads up to and including an event of this type.</summary>
    public async Task<JsonElement> UntilAsync(string type)
    {
        while (await NextAsync() is { } data)
        {
            if (data.GetProperty("type").GetString() == type) return data;
        }

        Assert.Fail($"The stream ended without {type}; it had: {string.Join(", ", Types)}");
        return default;
    }

    public async Task ToEndAsync()
    {
        while (await NextAsync() is not null)
        {
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }

    private async Task<JsonElement?> NextAsync()
    {
        string? name = null;
        while (await _reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            using var document = JsonDocument.Parse(line[6..]);
            Seen.Add((name, document.RootElement.Clone()));
            return Seen[^1].Data;
        }

        return null;
    }
}
