using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cadre.Simulator.Tests.Wires;

public sealed class The_chat_wire
{
    private const string Script = """
        rules:
          - when: { last_user: "^tools$" }
            then:
              text: I will look.
              calls:
                - { name: read_file, arguments: { path: "README.md", "lines": [1, 2.5, null, true, "3"] } }
                - { name: list_directory, arguments: {} }
          - when: { last_user: "^long$" }
            then: { text: "a long answer in a few chunks, with 🦊 and \"quotes\"", chunk_size: 7, usage: { input: 100, cached: 64, output: 20 } }
          - when: { last_user: "^none$" }
            then: { empty: true }
        """;

    [Theory]
    [InlineData("long")]
    [InlineData("tools")]
    [InlineData("none")]
    public async Task answers_in_the_published_shape(string said)
    {
        await using var playing = await Playing.StartAsync(Script);

        PublicSchema.Check("CreateChatCompletionResponse", await playing.PostAsync("/chat/completions", new Asking(Asking.Chat).User(said).Body()));
    }

    [Theory]
    [InlineData("long")]
    [InlineData("tools")]
    [InlineData("none")]
    public async Task streams_in_the_published_shape_and_to_the_same_end(string said)
    {
        await using var playing = await Playing.StartAsync(Script);
        var asking = new Asking(Asking.Chat).User(said);
        var whole = await asking.AskAsync(playing);

        var events = await playing.StreamAsync("/chat/completions", asking.Body());

        Assert.Equal("[DONE]", events[^1].Data);
        Assert.All(events, static sent => Assert.Null(sent.Name));
        var chunks = events[..^1].ConvertAll(static sent => sent.Json);
        Assert.All(chunks, static chunk => PublicSchema.Check("CreateChatCompletionStreamResponse", chunk));
        Assert.All(chunks, static chunk => Assert.False(chunk.TryGetProperty("usage", out _)));
        Assert.Single(chunks.Select(static chunk => chunk.GetProperty("id").GetString()).Distinct());
        Assert.Equal("assistant", Delta(chunks[0]).GetProperty("role").GetString());
        Assert.Equal(whole.Text, string.Concat(chunks.Select(Content)));
        Assert.Equal(whole.Calls.Select(static call => (call.Name, call.Arguments)), Calls(chunks));
        Assert.Equal(whole.Finish, chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.All(chunks[..^1], static chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind));
    }

    [Fact]
    public async Task sends_usage_as_a_last_chunk_only_when_asked()
    {
        await using var playing = await Playing.StartAsync(Script);

        var events = await playing.StreamAsync("/chat/completions", new Asking(Asking.Chat).User("long").With("stream_options", new JsonObject { ["include_usage"] = true }).Body());

        var chunks = events[..^1].ConvertAll(static sent => sent.Json);
        Assert.All(chunks[..^1], static chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        var usage = chunks[^1].GetProperty("usage");
        Assert.Equal((100, 20, 120), (Number(usage, "prompt_tokens"), Number(usage, "completion_tokens"), Number(usage, "total_tokens")));
        Assert.Equal(64, Number(usage.GetProperty("prompt_tokens_details"), "cached_tokens"));
    }

    [Fact]
    public async Task reports_the_token_limit_as_length()
    {
        await using var playing = await Playing.StartAsync(Script);

        var said = await new Asking(Asking.Chat).User("long").MaxTokens(2).AskAsync(playing);

        Assert.Equal(("a long a", "length"), (said.Text[..8], said.Finish));
        Assert.Equal(8, said.Text.Length);
    }

    [Fact]
    public async Task ends_before_a_stop_sequence()
    {
        await using var playing = await Playing.StartAsync(Script);

        var said = await new Asking(Asking.Chat).User("long").With("stop", new JsonArray("few", ", with")).AskAsync(playing);

        Assert.Equal(("a long answer in a ", "stop"), (said.Text, said.Finish));
    }

    [Fact]
    public async Task tolerates_unknown_fields_and_parts()
    {
        await using var playing = await Playing.StartAsync(Script);
        var body = JsonNode.Parse("""
            {"model":"m","frobnicate":{"a":1},"tools":[{"type":"custom","custom":{"name":"x"}}],
             "messages":[{"role":"developer","content":"d"},{"role":"user","name":"ada","content":[{"type":"text","text":"lo"},{"type":"text","text":"ng"}]}]}
            """)!;

        var answer = await playing.PostAsync("/chat/completions", body);

        Assert.StartsWith("a long", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("""{"messages":[]}""", null)]
    [InlineData("""{"model":"m","messages":[]}""", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"robot","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":5}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","tool_call_id":"c","content":"x"}]}""", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"x"}]}""", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"required"}""", "tool_choice")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":-1}""", "max_tokens")]
    public async Task refuses_what_openai_refuses(string body, string? param)
    {
        await using var playing = await Playing.StartAsync();

        var error = await playing.PostAsync("/chat/completions", JsonNode.Parse(body)!, status: 400);

        PublicSchema.Check("ErrorResponse", error);
        Assert.Equal(param, error.GetProperty("error").GetProperty("param").GetString());
    }

    private static JsonElement Delta(JsonElement chunk) => chunk.GetProperty("choices")[0].GetProperty("delta");

    private static string? Content(JsonElement chunk) => Delta(chunk).TryGetProperty("content", out var content) ? content.GetString() : null;

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static List<(string, string)> Calls(List<JsonElement> chunks)
    {
        var calls = new List<(string Name, string Arguments)>();
        foreach (var call in chunks.Where(static chunk => Delta(chunk).TryGetProperty("tool_calls", out _)).SelectMany(static chunk => Delta(chunk).GetProperty("tool_calls").EnumerateArray()))
        {
            var function = call.GetProperty("function");
            if (call.TryGetProperty("id", out _))
            {
                Assert.Equal(calls.Count, Number(call, "index"));
                calls.Add((function.GetProperty("name").GetString()!, ""));
            }

            calls[^1] = (calls[^1].Name, calls[^1].Arguments + function.GetProperty("arguments").GetString());
        }

        return calls;
    }
}
