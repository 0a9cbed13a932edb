using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Cadre.Conformance.Tests.Description;
using Cadre.Conformance.Tests.Server;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>One good object of each kind on a server, so that a request can be wrong in a single respect.</summary>
/// <remarks>What cannot be made is noted; the operations that need it then say so.</remarks>
internal sealed class World
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _missing = [];

    /// <summary>Operations on what a world cannot make by a request: their faults are tried on an unknown id.</summary>
    public static IReadOnlySet<string> NeverThere { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "/agents/sessions/{session_id}/artifacts/{artifact_id}",
        "/agents/sessions/{session_id}/subagents/{subagent_id}", "/agents/environments/{environment_id}", "/agents/automations/{automation_id}",
    };

    private World(HttpClient client) => Client = client;

    public HttpClient Client { get; }

    public static async Task<World> CreateAsync(ServerUnderTest server, string key)
    {
        var world = new World(server.Client(key));
        var file = await world.FormAsync("file", "/files", "file", ("purpose", "assistants"));
        var store = await world.MakeAsync("vector_store", "/vector_stores", """{"name":"world"}""");
        await world.MakeAsync("vector_store.file", $"/vector_stores/{store}/files", """{"file_id":"{file}"}""");
        await world.MakeAsync("vector_store.batch", $"/vector_stores/{store}/file_batches", """{"file_ids":["{file}"]}""");
        await world.MakeAsync("assistant", "/assistants", """{"model":"gpt-4-turbo"}""");
        var thread = await world.MakeAsync("thread", "/threads", """{"messages":[{"role":"user","content":"hello"}]}""");
        await world.MakeAsync("message", $"/threads/{thread}/messages", """{"role":"user","content":"hello again"}""");
        var run = await world.MakeAsync("run", $"/threads/{thread}/runs", """{"assistant_id":"{assistant}"}""");
        await world.AwaitAsync($"/threads/{thread}/runs/{run}");
        await world.FirstOfAsync("step", $"/threads/{thread}/runs/{run}/steps");
        await world.MakeAsync("response", "/responses", """{"model":"gpt-4-turbo","input":"hello"}""");
        var conversation = await world.MakeAsync("conversation", "/conversations", """{"items":[{"type":"message","role":"user","content":"hello"}]}""");
        await world.FirstOfAsync("conversation.item", $"/conversations/{conversation}/items");
        await world.MakeAsync("completion", "/chat/completions", """{"model":"gpt-4-turbo","messages":[{"role":"user","content":"hello"}],"store":true}""");
        var container = await world.MakeAsync("container", "/containers", """{"name":"world"}""");
        await world.FormAsync("container.file", $"/containers/{container}/files", "file");
        await world.MakeAsync("upload", "/uploads", """{"filename":"a.txt","purpose":"assistants","bytes":3,"mime_type":"text/plain"}""");
        await world.FirstOfAsync("model", "/models");
        await world.MakeAsync("agent", "/agents", """{"model":"gpt-4-turbo"}""");
        var session = await world.MakeAsync("agent.session", "/agents/sessions", """{"agent_id":"{agent}","environment":{"type":"none"},"input":"hello"}""");
        await world.FirstOfAsync("turn", $"/agents/sessions/{session}/turns");
        await world.MakeAsync("chatkit.session", "/chatkit/sessions", """{"user":"u","workflow":{"id":"{assistant}"}}""");
        if (thread is not null) world._ids["chatkit.thread"] = "cthr_" + thread["thread_".Length..];
        return world;
    }

    /// <summary>What an operation's path wants, filled in; null when the world has no such object.</summary>
    /// <param name="without">The parameter that stays in braces.</param>
    public string? Path(ApiOperation operation, string? without = null)
    {
        var parts = operation.Path.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            if (!parts[i].StartsWith('{') || parts[i] == without) continue;
            if (!_ids.TryGetValue(Kind(operation.Path, parts[i]), out var id)) return null;
            parts[i] = id;
        }

        return "/v1" + string.Join('/', parts);
    }

    public string? Id(string kind) => _ids.GetValueOrDefault(kind);

    /// <summary>Why a path cannot be filled in.</summary>
    public string Missing => string.Join('\n', _missing);

    public string Fill(string text) => _ids.Aggregate(text, static (filled, id) => filled.Replace($"{{{id.Key}}}", id.Value, StringComparison.Ordinal));

    public static string Kind(string path, string parameter) => parameter switch
    {
        "{session_id}" => path.StartsWith("/chatkit", StringComparison.Ordinal) ? "chatkit.session" : "agent.session",
        "{thread_id}" => path.StartsWith("/chatkit", StringComparison.Ordinal) ? "chatkit.thread" : "thread",
        "{file_id}" => path.StartsWith("/containers", StringComparison.Ordinal) ? "container.file" : path.StartsWith("/vector", StringComparison.Ordinal) ? "vector_store.file" : "file",
        "{batch_id}" => "vector_store.batch",
        "{item_id}" => "conversation.item",
        _ => parameter.Trim('{', '}').Replace("_id", "", StringComparison.Ordinal),
    };

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (path.StartsWith("/v1/agents", StringComparison.Ordinal)) request.Headers.Add("OpenAI-Beta", "agents=v1");
        return await Client.SendAsync(request);
    }

    private Task<string?> MakeAsync(string kind, string path, string body) => KeepAsync(kind, HttpMethod.Post, path, new StringContent(Fill(body), Encoding.UTF8, "application/json"), static made => made);

    private Task<string?> FirstOfAsync(string kind, string path) => KeepAsync(kind, HttpMethod.Get, path, null, static made => made?["data"]?.AsArray().FirstOrDefault());

    private async Task<string?> FormAsync(string kind, string path, string field, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        using var file = new ByteArrayContent("Orchards have apples."u8.ToArray());
        file.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        form.Add(file, field, kind + ".txt");
        return await KeepAsync(kind, HttpMethod.Post, path, form, static made => made);
    }

    private async Task<string?> KeepAsync(string kind, HttpMethod method, string path, HttpContent? content, Func<JsonNode?, JsonNode?> find)
    {
        using var answer = await SendAsync(method, "/v1" + path, content);
        var text = await answer.Content.ReadAsStringAsync();
        var id = answer.IsSuccessStatusCode ? find(JsonNode.Parse(text))?["id"]?.GetValue<string>() : null;
        if (id is null) _missing.Add($"no {kind}: {method} {path} → {(int)answer.StatusCode} {text[..Math.Min(text.Length, 300)]}");
        else _ids[kind] = id;
        return id;
    }

    /// <summary>Until the run has ended: a running one holds its thread.</summary>
    private async Task AwaitAsync(string path)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var answer = await SendAsync(HttpMethod.Get, "/v1" + path);
            if (!answer.IsSuccessStatusCode) return;
            var run = JsonNode.Parse(await answer.Content.ReadAsStringAsync(late.Token));
            if (run?["status"]?.GetValue<string>() is not ("queued" or "in_progress")) return;
            await Task.Delay(20, late.Token);
        }
    }
}
