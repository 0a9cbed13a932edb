using System.Text.Json;

namespace Cadre.Server.Tests.Chat;

/// <summary>A reader of a chat's stream on a real connection.</summary>
internal sealed class SentEvents : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private SentEvents(HttpResponseMessage response, Stream body) => (_response, _reader) = (response, new(body));

    public int Status => (int)_response.StatusCode;

    /// <summary>Everything read so far.</summary>
    public List<SentEvent> Seen { get; } = [];

    public IEnumerable<string> Names => Seen.Select(seen => seen.Name);

    public JsonElement Last => Seen[^1].Data;

    /// <summary>The answer as the text events say it.</summary>
    public string Text
    {
        get
        {
            var text = "";
            foreach (var seen in Seen)
            {
                if (seen.Name == "text.delta") text += seen.Data.GetProperty("text").GetString();
                if (seen.Name == "text.reset") text = text[..seen.Data.GetProperty("keep").GetInt32()];
            }

            return text;
        }
    }

    public static async Task<SentEvents> OpenAsync(HttpClient http, HttpMethod method, string path, string? json, string? lastEventId)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    public async Task<SentEvent> UntilAsync(string name)
    {
        while (await NextAsync() is { } sent)
        {
            if (sent.Name == name) return sent;
        }

        throw new InvalidOperationException($"The stream ended without {name}; it had: {string.Join(", ", Names)}");
    }

    public async Task<SentEvents> ToEndAsync()
    {
        while (await NextAsync() is not null)
        {
        }

        return this;
    }

    public async Task<SentEvent?> NextAsync()
    {
        var (id, name) = ("", "");
        while (await _reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            using var document = JsonDocument.Parse(line[6..]);
            Seen.Add(new(id, name, document.RootElement.Clone()));
            return Seen[^1];
        }

        return null;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}

internal sealed record SentEvent(string Id, string Name, JsonElement Data);
