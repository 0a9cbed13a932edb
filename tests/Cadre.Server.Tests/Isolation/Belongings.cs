using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Cadre.Server.Tests.Isolation;

/// <summary>One thing of every kind that somebody can have, by the name that <see cref="Operation.Things"/> uses. All that can hold text holds the owner's secret.</summary>
internal sealed class Belongings
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly HttpClient _http;

    private Belongings(HttpClient http) => _http = http;

    /// <param name="administrator">Of the owner's organisation; null leaves out what only administrators make.</param>
    public static async Task<Belongings> MakeAsync(HttpClient http, string secret, HttpClient? administrator)
    {
        var mine = new Belongings(http);
        await mine.MakeFilesAsync(secret);
        await mine.MakeThreadsAsync(secret);
        await mine.MakeAgentsAsync(secret);
        mine._ids["said"] = (await mine.SendAsync("/api/v1/chat", $$"""{"message":"{{secret}}"}""")).GetProperty("conversation_id").GetString()!;
        mine._ids["call"] = "call_of_nobody_1";
        await mine.MakeAsync("task", "/api/v1/tasks", $$"""{"title":"{{secret}}"}""");
        if (administrator is not null) await new Belongings(administrator).MakeOfAdministratorsAsync(secret, mine);
        return mine;
    }

    /// <summary>The id that callers know a thing by.</summary>
    public string this[string thing] => _ids[thing];

    public IEnumerable<string> Things => _ids.Keys;

    public string Fill(string text) => _ids.Aggregate(text, static (filled, id) => filled.Replace($"{{{id.Key}}}", id.Value, StringComparison.Ordinal));

    /// <summary>An id of the same form that nobody has.</summary>
    public static string NeverWas(string id)
    {
        var letters = id.ToCharArray();
        for (var i = letters.Length - 1; i >= Math.Max(0, letters.Length - 5); i--)
        {
            letters[i] = letters[i] switch { >= '0' and <= '8' => (char)(letters[i] + 1), '9' => '0', >= 'a' and <= 'e' => (char)(letters[i] + 1), 'f' => 'a', >= 'g' and <= 'y' => (char)(letters[i] + 1), 'z' => 'g', >= 'A' and <= 'Y' => (char)(letters[i] + 1), 'Z' => 'A', _ => letters[i] };
        }

        return new(letters);
    }

    private async Task MakeFilesAsync(string secret)
    {
        await FormAsync("file", "/v1/files", secret);
        await MakeAsync("store", "/v1/vector_stores", $$"""{"name":"{{secret}}"}""");
        await MakeAsync("stored", "/v1/vector_stores/{store}/files", """{"file_id":"{file}"}""");
        await MakeAsync("batch", "/v1/vector_stores/{store}/file_batches", """{"file_ids":["{file}"]}""");
        await UntilAsync("/v1/vector_stores/{store}", store => store.GetProperty("file_counts").GetProperty("completed").GetInt32() == 1);
        await MakeAsync("container", "/v1/containers", $$"""{"name":"{{secret}}"}""");
        await FormAsync("contained", "/v1/containers/{container}/files", secret);
        await MakeAsync("upload", "/v1/uploads", """{"filename":"a.txt","purpose":"assistants","bytes":3,"mime_type":"text/plain"}""");
    }

    private async Task MakeThreadsAsync(string secret)
    {
        await MakeAsync("assistant", "/v1/assistants", $$"""{"model":"m","name":"{{secret}}"}""");
        await MakeAsync("thread", "/v1/threads", $$"""{"messages":[{"role":"user","content":"{{secret}}"}]}""");
        await MakeAsync("message", "/v1/threads/{thread}/messages", $$"""{"role":"user","content":"{{secret}}"}""");
        await MakeAsync("run", "/v1/threads/{thread}/runs", """{"assistant_id":"{assistant}"}""");
        await UntilAsync("/v1/threads/{thread}/runs/{run}", run => run.GetProperty("status").GetString() == "completed");
        await FirstOfAsync("step", "/v1/threads/{thread}/runs/{run}/steps");
        await MakeAsync("shown", "/v1/threads", $$"""{"messages":[{"role":"user","content":"{{secret}}"}]}""");
        _ids["cthread"] = "cthr_" + _ids["shown"]["thread_".Length..];
        await MakeAsync("response", "/v1/responses", $$"""{"model":"m","input":"{{secret}}"}""");
        await MakeAsync("background", "/v1/responses", $$"""{"model":"m","input":"{{secret}}","background":true,"stream":false}""");
        await UntilAsync("/v1/responses/{background}", run => run.GetProperty("status").GetString() == "completed");
        await MakeAsync("conversation", "/v1/conversations", $$"""{"items":[{"type":"message","role":"user","content":"{{secret}}"}]}""");
        await FirstOfAsync("item", "/v1/conversations/{conversation}/items");
        await MakeAsync("completion", "/v1/chat/completions", $$"""{"model":"m","messages":[{"role":"user","content":"{{secret}}"}],"store":true}""");
        await MakeAsync("chatsession", "/v1/chatkit/sessions", """{"user":"u","workflow":{"id":"{assistant}"}}""");
    }

    private async Task MakeAgentsAsync(string secret)
    {
        await MakeAsync("agent", "/v1/agents", $$"""{"model":"m","name":"{{secret}}"}""");
        var session = await MakeAsync("session", "/v1/agents/sessions", $$"""{"agent_id":"{agent}","environment":{"type":"self_hosted","workspace_directory":"/workspace"},"metadata":{"k":"{{secret}}"} }""");
        _ids["environment"] = session.GetProperty("environment").GetProperty("id").GetString()!;
        await SendAsync("/v1/agents/sessions/{session}/messages", $$"""{"input":"{{secret}}"}""");
        await FirstOfAsync("turn", "/v1/agents/sessions/{session}/turns");
        await MakeAsync("agentrun", "/v1/agents/{agent}/runs", $$"""{"input":"{{secret}}"}""");
        await MakeAsync("automation", "/v1/agents/automations",
            $$"""{"type":"periodic","name":"{{secret}}","expression":"0 0 1 1 *","timezone":"UTC","target":{"type":"existing_session","session_id":"{session}","instructions":"{{secret}}"} }""");
        await MakeAsync("invocation", "/v1/agents/automations/{automation}/invocations", "{}");
        await MakeAsync("vault", "/v1/vaults", $$"""{"name":"{{secret}}"}""");
        await MakeAsync("credential", "/v1/vaults/{vault}/credentials", $$"""{"name":"{{secret}}","auth":{"type":"static_bearer","mcp_server_url":"https://x.example","token":"{{secret}}"} }""");
        _ids["talk"] = (await SendAsync("/api/v1/sessions", """{"agent_id":"{agent}"}""")).GetProperty("session_id").GetString()!;
        var reply = await SendAsync("/api/v1/sessions/{talk}/messages", $$"""{"message":"{{secret}}"}""");
        _ids["talkrun"] = reply.GetProperty("run_id").GetString()!;
    }

    private async Task MakeOfAdministratorsAsync(string secret, Belongings owner)
    {
        await MakeAsync("webhook", "/api/v1/webhooks", $$"""{"url":"https://{{secret}}.invalid/"}""");
        await MakeAsync("key", "/api/v1/keys", $$"""{"name":"{{secret}}"}""");
        await MakeAsync("announced", "/v1/threads", "{}");
        await FirstOfAsync("delivery", "/api/v1/webhooks/{webhook}/deliveries");
        _ids["endpoint"] = "hub-orchard-" + secret[^4..];
        await SendAsync("/api/v1/mcp/endpoints", $$"""{"name":"{endpoint}","url":"https://{{secret}}.invalid/mcp"}""");
        foreach (var thing in new[] { "webhook", "key", "delivery", "endpoint" }) owner._ids[thing] = _ids[thing];
    }

    private async Task<JsonElement> MakeAsync(string thing, string path, string body)
    {
        var made = await SendAsync(path, body);
        _ids[thing] = made.GetProperty("id").GetString()!;
        return made;
    }

    private Task<JsonElement> SendAsync(string path, string body) => SendAsync(path, new StringContent(Fill(body), Encoding.UTF8, "application/json"));

    private async Task<JsonElement> SendAsync(string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Fill(path)) { Content = content };
        return await AnswerAsync(request);
    }

    private async Task<JsonElement> AnswerAsync(HttpRequestMessage request)
    {
        request.Headers.Add("OpenAI-Beta", "agents=v1");
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{request.Method} {request.RequestUri}: {(int)answer.StatusCode} {text}");
        return JsonElement.Parse(text);
    }

    private async Task FirstOfAsync(string thing, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Fill(path));
        _ids[thing] = (await AnswerAsync(request)).GetProperty("data")[0].GetProperty("id").GetString()!;
    }

    private async Task FormAsync(string thing, string path, string text)
    {
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        file.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using var form = new MultipartFormDataContent { { new StringContent("assistants"), "purpose" }, { file, "file", $"{text}.txt" } };
        _ids[thing] = (await SendAsync(path, form)).GetProperty("id").GetString()!;
    }

    /// <summary>The work is done in the background of a real server.</summary>
    private async Task UntilAsync(string path, Func<JsonElement, bool> isReached)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Fill(path));
            if (isReached(await AnswerAsync(request))) return;
            await Task.Delay(20, deadline.Token);
        }
    }
}
