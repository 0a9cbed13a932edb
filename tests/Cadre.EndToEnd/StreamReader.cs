using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Cadre.EndToEnd;

/// <summary>A client of one streamed response that goes on reading, by <c>starting_after</c>, whenever its server has died.</summary>
internal sealed class StreamReader(HttpClient http, string input, string tools)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly StringBuilder _text = new();
    private long _last = -1;
    private int _terminals;

    /// <summary>Null until the server acknowledged it.</summary>
    public string? Id { get; private set; }

    public string Text => _text.ToString();
    public int Resumes { get; private set; }

    /// <summary>What the terminal event held.</summary>
    public JsonElement Final { get; private set; }

    /// <summary>False when the server died before it had acknowledged anything.</summary>
    /// <exception cref="InvalidOperationException">The stream had a gap, a repetition, or no end or two.</exception>
    public async Task<bool> ReadAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        while (_terminals == 0)
        {
            try
            {
                using var request = Request();
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
                if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{Id ?? "POST"}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(late.Token)}");
                await using var stream = await response.Content.ReadAsStreamAsync(late.Token);
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(late.Token)) Take(item.Data);
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException)
            {
                if (Id is null) return false;
                Resumes++;
                await Task.Delay(50, late.Token);
            }
        }

        return _terminals == 1 ? true : throw new InvalidOperationException($"{Id}: {_terminals} terminal events.");
    }

    private HttpRequestMessage Request()
    {
        if (Id is not null) return new(HttpMethod.Get, $"responses/{Id}?stream=true&starting_after={_last}");
        var body = $$"""{"model":"simulated","input":"{{input}}","stream":true,"background":true,"tools":{{tools}}}""";
        return new(HttpMethod.Post, "responses") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }

    private void Take(string data)
    {
        if (data == "[DONE]") return;
        using var document = JsonDocument.Parse(data);
        var @event = document.RootElement;
        var number = @event.GetProperty("sequence_number").GetInt64();
        if (number != _last + 1) throw new InvalidOperationException($"{Id}: event {number} follows {_last}: {data}");
        _last = number;
        switch (@event.GetProperty("type").GetString())
        {
            case "response.created":
                Id = @event.GetProperty("response").GetProperty("id").GetString();
                break;
            case "response.output_text.delta":
                _text.Append(@event.GetProperty("delta").GetString());
                break;
            case "response.completed" or "response.failed" or "response.incomplete":
                _terminals++;
                Final = @event.GetProperty("response").Clone();
                break;
        }
    }
}
