using System.Net;
using System.Text;
using System.Text.Json;
using Cadre.Server.Identity.Tokens;

namespace Cadre.EndToEnd;

/// <summary>A signed-in user of the chat who finds out what became of a message whenever the server has died in the middle of it, and sends it again only if it was not taken.</summary>
internal sealed class ChatUser : IDisposable
{
    /// <summary>The server's CADRE_JWT_SECRET.</summary>
    public const string Secret = "a secret of the end-to-end tests, long enough";

    private const string Message = """{"message":"Create a task called Buy groceries"}""";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(10);
    private readonly HashSet<string> _conversations = new(StringComparer.Ordinal);
    private readonly HttpClient _http;
    private readonly string _name;
    private int _requests;

    private ChatUser(HttpClient http, string name) => (_http, _name) = (http, name);

    /// <summary>Ids of those that came to their end, one for each message.</summary>
    public IReadOnlySet<string> Conversations => _conversations;

    /// <summary>Requests that the server did not live to answer.</summary>
    public int Interrupted { get; private set; }

    /// <summary>Messages that were lost with their request.</summary>
    public int Untaken { get; private set; }

    /// <summary>A person whom the server knows by a token that was signed with <see cref="Secret"/>.</summary>
    public static ChatUser Of(Served served, int number)
    {
        var now = TimeProvider.System.GetUtcNow();
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(served.Address, "api/v1/"), Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new("Bearer", new DevelopmentToken($"user {number}", now, now + TimeSpan.FromHours(12)).Sign(Encoding.ASCII.GetBytes(Secret)));
        return new(http, $"user {number}");
    }

    /// <summary>One message, to the end of its answer, however often the server dies meanwhile.</summary>
    public async Task SayAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        var key = NewKey();
        while (true)
        {
            if (await SendAsync(key, late.Token) is { } answered)
            {
                Take(answered);
                return;
            }

            if (await FindNewAsync(late.Token) is { } taken)
            {
                await AwaitEndAsync(taken, late.Token);
                Take(taken);
                return;
            }

            // The server had died before the message was on record: the key alone is known.
            Untaken++;
            key = NewKey();
        }
    }

    /// <summary>One task for each message, one call in each conversation.</summary>
    public async Task CheckAsync()
    {
        var tasks = await ListAsync("tasks", CancellationToken.None);
        Assert.All(tasks, task => Assert.Equal("Buy groceries", task.GetProperty("title").GetString()));
        Assert.Equal(_conversations.Count, tasks.Count);
        var conversations = await ListAsync("chat/conversations", CancellationToken.None);
        Assert.Equal(_conversations.Order(StringComparer.Ordinal), conversations.Select(Id).Order(StringComparer.Ordinal));
        var made = new List<string>();
        foreach (var id in _conversations)
        {
            var conversation = await GetAsync($"chat/conversations/{id}", CancellationToken.None);
            var messages = conversation.GetProperty("messages").EnumerateArray().ToList();
            Assert.Equal(["user", "assistant"], messages.Select(message => message.GetProperty("role").GetString()));
            var call = Assert.Single(messages[1].GetProperty("tool_calls").EnumerateArray());
            Assert.Equal("todo_create", call.GetProperty("tool_name").GetString());
            Assert.True(call.GetProperty("result").GetProperty("success").GetBoolean());
            made.Add(call.GetProperty("result").GetProperty("task_id").GetString()!);
        }

        Assert.Equal(tasks.Select(Id).Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
    }

    public void Dispose() => _http.Dispose();

    private static string Id(JsonElement @object) => @object.GetProperty("id").GetString()!;

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private string NewKey() => $"{_name}, request {_requests++}";

    private void Take(string conversation) => Assert.True(_conversations.Add(conversation), $"{_name}: {conversation} answered twice.");

    /// <summary>The conversation that was answered; null when it is not known whether the message was taken.</summary>
    private async Task<string?> SendAsync(string key, CancellationToken late)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "chat") { Content = Json(Message), Headers = { { "Idempotency-Key", key } } };
                using var response = await _http.SendAsync(request, late);
                var text = await response.Content.ReadAsStringAsync(late);
                if (response.StatusCode == HttpStatusCode.Conflict) return null;
                Assert.True(response.IsSuccessStatusCode, $"{_name}: {(int)response.StatusCode} {text}");
                using var answer = JsonDocument.Parse(text);
                Assert.True(Assert.Single(answer.RootElement.GetProperty("tool_calls").EnumerateArray()).GetProperty("result").GetProperty("success").GetBoolean(), text);
                return answer.RootElement.GetProperty("conversation_id").GetString();
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException)
            {
                if (gone is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }) Interrupted++;
                await Task.Delay(Again, late);
            }
        }
    }

    private async Task<string?> FindNewAsync(CancellationToken late)
    {
        var unknown = (await ListAsync("chat/conversations", late)).Select(Id).Where(id => !_conversations.Contains(id)).ToList();
        Assert.True(unknown.Count <= 1, $"{_name}: one message became {unknown.Count} conversations.");
        return unknown.FirstOrDefault();
    }

    private async Task AwaitEndAsync(string conversation, CancellationToken late)
    {
        while (true)
        {
            var shown = await GetAsync($"chat/conversations/{conversation}", late);
            var status = shown.TryGetProperty("status", out var said) ? said.GetString() : null;
            if (status == "completed") return;
            Assert.True(status == "in_progress", $"{_name}: {shown}");
            await Task.Delay(Again, late);
        }
    }

    private async Task<List<JsonElement>> ListAsync(string path, CancellationToken late)
    {
        List<JsonElement> all = [];
        for (var after = ""; ;)
        {
            var page = await GetAsync($"{path}?limit=100{after}", late);
            all.AddRange(page.GetProperty("data").EnumerateArray());
            if (!page.GetProperty("has_more").GetBoolean()) return all;
            after = $"&after={(page.TryGetProperty("next_cursor", out var cursor) ? cursor.GetString() : Id(all[^1]))}";
        }
    }

    private async Task<JsonElement> GetAsync(string path, CancellationToken late)
    {
        while (true)
        {
            try
            {
                using var response = await _http.GetAsync(path, late);
                var text = await response.Content.ReadAsStringAsync(late);
                Assert.True(response.IsSuccessStatusCode, $"{_name}: {path}: {(int)response.StatusCode} {text}");
                using var document = JsonDocument.Parse(text);
                return document.RootElement.Clone();
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException)
            {
                // The server is dead at the moment.
                await Task.Delay(Again, late);
            }
        }
    }
}
