using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cadre.Simulator.Tests.Wires;

public sealed class The_responses_wire
{
    private const string Script = """
        rules:
          - when: { last_user: "^tools$" }
            then:
              text: I will look.
              calls:
                - { name: read_file, arguments: { path: README.md } }
                - { name: list_directory, arguments: {} }
          - when: { last_user: "^long$" }
            then: { text: "a long answer in a few chunks", chunk_size: 7, usage: { input: 100, cached: 64, output: 20 } }
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

        var response = await playing.PostAsync("/responses", new Asking(Asking.Responses).User(said).Tool("read_file").With("metadata", new JsonObject { ["k"] = "v" }).Body());

        PublicSchema.Check("Response", response);
        Assert.Equal("v", response.GetProperty("metadata").GetProperty("k").GetString());
        Assert.Equal("read_file", response.GetProperty("tools")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("long")]
    [InlineData("tools")]
    [InlineData("none")]
    public async Task streams_in_the_published_shape_and_to_the_same_end(string said)
    {
        await using var playing = await Playing.StartAsync(Script);
        var asking = new Asking(Asking.Responses).User(said).Tool("read_file");
        var whole = await asking.AskAsync(playing);

        var sent = await playing.StreamAsync("/responses", asking.Body());

        var events = sent.ConvertAll(static one => one.Json);
        Assert.Equal(sent.Select(static one => one.Name), events.Select(Type));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(static one => one.GetProperty("sequence_number").GetInt32()));
        Assert.All(events, PublicSchema.CheckEvent);
        Assert.Equal(["response.created", "response.in_progress"], events.Take(2).Select(Type));
        var last = Said.Read(events[^1].GetProperty("response"), Asking.Responses);
        Assert.Equal("response.completed", Type(events[^1]));
        Assert.Equal((whole.Text, whole.Finish), (last.Text, last.Finish));
        Assert.Equal(whole.Calls.Select(static call => (call.Name, call.Arguments)), last.Calls.Select(static call => (call.Name, call.Arguments)));
        Assert.Equal(whole.Text, string.Concat(events.Where(static one => Type(one) == "response.output_text.delta").Select(static one => one.GetProperty("delta").GetString())));
    }

    [Fact]
    public async Task opens_and_closes_each_item_in_order()
    {
        await using var playing = await Playing.StartAsync(Script);

        var events = (await playing.StreamAsync("/responses", new Asking(Asking.Responses).User("tools").Body())).ConvertAll(static one => one.Json);

        Assert.Equal(
        [
            "response.created", "response.in_progress",
            "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.done", "response.content_part.done", "response.output_item.done",
            "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done",
            "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done",
            "response.completed",
        ], events.Select(Type));
        Assert.Equal([0, 0, 1, 1, 2, 2], events.Where(static one => Type(one)!.StartsWith("response.output_item", StringComparison.Ordinal)).Select(static one => one.GetProperty("output_index").GetInt32()));
        Assert.Equal("in_progress", events[8].GetProperty("item").GetProperty("status").GetString());
        Assert.Equal("""{"path":"README.md"}""", events[10].GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task reports_usage()
    {
        await using var playing = await Playing.StartAsync(Script);

        var usage = (await new Asking(Asking.Responses).User("long").AskAsync(playing)).Usage;

        Assert.Equal("""{"input_tokens":100,"input_tokens_details":{"cached_tokens":64,"cache_write_tokens":0},"output_tokens":20,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":120}""", usage.GetRawText());
    }

    [Fact]
    public async Task reports_the_token_limit_as_incomplete()
    {
        await using var playing = await Playing.StartAsync(Script);
        var asking = new Asking(Asking.Responses).User("long").MaxTokens(2);

        var whole = await asking.AskAsync(playing);
        var last = (await playing.StreamAsync("/responses", asking.Body()))[^1].Json;

        Assert.Equal(("a long a", "incomplete"), (whole.Text, whole.Finish));
        PublicSchema.CheckEvent(last);
        Assert.Equal("response.incomplete", Type(last));
        Assert.Equal("max_output_tokens", last.GetProperty("response").GetProperty("incomplete_details").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task goes_on_from_a_stored_response()
    {
        await using var playing = await Playing.StartAsync("""
            rules:
              - when: { tool_results: 0 }
                then: { calls: [ { name: look, arguments: {} } ] }
              - then: { text: "It said {{tool_output}} to {{last_user}}" }
            """);
        var first = await new Asking(Asking.Responses).User("ada").AskAsync(playing);
        var body = new JsonObject
        {
            ["model"] = "m",
            ["previous_response_id"] = first.Raw.GetProperty("id").GetString(),
            ["input"] = new JsonArray(new JsonObject { ["type"] = "function_call_output", ["call_id"] = first.Calls[0].Id, ["output"] = "42" }),
        };

        var second = Said.Read(await playing.PostAsync("/responses", body), Asking.Responses);

        Assert.Equal("It said 42 to ada", second.Text);
    }

    [Theory]
    [InlineData("""{"input":"x"}""", null)]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":7}""", "input")]
    [InlineData("""{"model":"m","input":"x","previous_response_id":"resp_gone"}""", "previous_response_id")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":"x"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}""", "input")]
    [InlineData("""{"model":"m","input":[{"type":"function_call_output","call_id":"c","output":"x"}]}""", "input")]
    [InlineData("""{"model":"m","input":"x","tool_choice":{"type":"function","name":"gone"}}""", "tool_choice")]
    public async Task refuses_what_openai_refuses(string body, string? param)
    {
        await using var playing = await Playing.StartAsync();

        var error = await playing.PostAsync("/responses", JsonNode.Parse(body)!, status: 400);

        PublicSchema.Check("ErrorResponse", error);
        Assert.Equal(param, error.GetProperty("error").GetProperty("param").GetString());
    }

    private static string? Type(JsonElement @event) => @event.GetProperty("type").GetString();
}
