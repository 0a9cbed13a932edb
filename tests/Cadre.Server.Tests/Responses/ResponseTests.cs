using System.Text.Json;

namespace Cadre.Server.Tests.Responses;

public sealed class A_response
{
    private const string Script = """
        rules:
          - when: { last_user: "(?i)hello" }
            then: { text: "Hello, you who speak to a simulator of a model.", chunk_size: 8 }
          - when: { last_user: "what did I say" }
            then: { text: "There were turns." }
        """;

    [Fact]
    public async Task Answers_and_can_be_read_again()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, response) = await server.PostAsync("responses", """{"model":"gpt-x","input":"hello","metadata":{"a":"b"},"temperature":0.5}""");

        Assert.Equal((200, "completed"), (status, response.GetProperty("status").GetString()));
        var message = Assert.Single(response.GetProperty("output").EnumerateArray());
        Assert.Equal("Hello, you who speak to a simulator of a model.", message.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.StartsWith("msg_", message.GetProperty("id").GetString());
        Assert.Equal(("gpt-x", "b", 0.5), (response.GetProperty("model").GetString(), response.GetProperty("metadata").GetProperty("a").GetString(), response.GetProperty("temperature").GetDouble()));
        Assert.True(response.GetProperty("usage").GetProperty("total_tokens").GetInt64() > 0);
        var (_, again) = await server.GetAsync($"responses/{response.GetProperty("id").GetString()}");
        Assert.Equal(response.GetRawText(), again.GetRawText());
    }

    [Fact]
    public async Task Is_streamed_as_numbered_events_that_add_up_to_it()
    {
        await using var server = await TestServer.StartAsync(Script);
        var events = await EventReader.AllAsync(server.Http, "responses", """{"model":"gpt-x","input":"hello","stream":true}""", TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => e.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(
            ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta",
             "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"],
            events.Select(EventReader.TypeOf).Distinct());
        var deltas = events.Where(e => EventReader.TypeOf(e) == "response.output_text.delta").Select(e => e.GetProperty("delta").GetString()).ToList();
        Assert.True(deltas.Count > 2);
        Assert.Equal("Hello, you who speak to a simulator of a model.", string.Concat(deltas));
        var final = events[^1].GetProperty("response");
        var done = events.Single(e => EventReader.TypeOf(e) == "response.output_item.done").GetProperty("item");
        Assert.Equal(final.GetProperty("output")[0].GetRawText(), done.GetRawText());
        var (_, read) = await server.GetAsync($"responses/{final.GetProperty("id").GetString()}");
        Assert.Equal(final.GetRawText(), read.GetRawText());
    }

    [Fact]
    public async Task Is_never_split_within_a_character()
    {
        const string Text = "a😀😀b😀c😀";
        await using var server = await TestServer.StartAsync($"rules: [ {{ then: {{ text: \"{Text}\", chunk_size: 1, chunk_delay: 5ms }} }} ]");
        var events = await EventReader.AllAsync(server.Http, "responses", """{"model":"m","input":"x","stream":true}""", TestContext.Current.CancellationToken);
        var deltas = events.Where(e => EventReader.TypeOf(e) == "response.output_text.delta").Select(e => e.GetProperty("delta").GetString()!).ToList();
        Assert.True(deltas.Count > 2);
        Assert.Equal(Text, string.Concat(deltas));
        Assert.DoesNotContain(deltas, delta => delta.Contains('\uFFFD', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_another_organisation_is_not_there()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, response) = await server.PostAsync("responses", """{"model":"gpt-x","input":"hello"}""");
        using var other = await server.OtherOrganisationAsync();
        var id = response.GetProperty("id").GetString();

        var (status, error) = await TestServer.SendAsync(other, HttpMethod.Get, $"responses/{id}");
        Assert.Equal((404, $"Response with id '{id}' not found."), (status, error.GetProperty("error").GetProperty("message").GetString()));
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Delete, $"responses/{id}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"responses/{id}/cancel", "{}")).Status);
        var (chained, refused) = await TestServer.SendAsync(other, HttpMethod.Post, "responses", $$"""{"model":"gpt-x","input":"hello","previous_response_id":"{{id}}"}""");
        Assert.Equal((400, "previous_response_not_found"), (chained, refused.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task That_was_deleted_is_gone()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, response) = await server.PostAsync("responses", """{"model":"gpt-x","input":"hello"}""");
        var id = response.GetProperty("id").GetString();

        var (status, deleted) = await server.DeleteAsync($"responses/{id}");
        Assert.Equal((200, true), (status, deleted.GetProperty("deleted").GetBoolean()));
        Assert.Equal(404, (await server.GetAsync($"responses/{id}")).Status);
    }

    [Theory]
    [InlineData("""{"input":"x"}""", "model")]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":7}""", "input")]
    [InlineData("""{"model":"m","input":[{"role":"king","content":"x"}]}""", "input[0].role")]
    [InlineData("""{"model":"m","input":[{"type":"function_call_output","output":"x"}]}""", "input[0].call_id")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_text"}]}]}""", "input[0].content[0].text")]
    [InlineData("""{"model":"m","input":"x","temperature":3}""", "temperature")]
    [InlineData("""{"model":"m","input":"x","max_output_tokens":1}""", "max_output_tokens")]
    [InlineData("""{"model":"m","input":"x","tools":[{"type":"function"}]}""", "tools[0].name")]
    [InlineData("""{"model":"m","input":"x","text":{"format":{"type":"json_schema","schema":{}}}}""", "text.format.name")]
    [InlineData("""{"model":"m","input":"x","previous_response_id":"resp_no","conversation":"conv_no"}""", "previous_response_id")]
    [InlineData("""{"model":"m","input":"x","background":true,"store":false}""", "background")]
    public async Task Is_refused_with_the_name_of_what_is_wrong(string body, string parameter)
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, error) = await server.PostAsync("responses", body);
        Assert.Equal((400, parameter), (status, error.GetProperty("error").GetProperty("param").GetString()));
    }
}
