using System.Text.Json;

namespace Cadre.Server.Tests.Responses;

public sealed class A_function_call
{
    private const string Tools = """[{"type":"function","name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]""";

    private const string Script = """
        rules:
          - when: { tool_results: 2 }
            then: { text: "Both: {{tool_output:1}} and {{tool_output:2}}." }
          - when: { last_user: "weather", tool_results: 0 }
            then:
              calls:
                - { name: weather, arguments: { city: Bonn } }
                - { name: weather, arguments: { city: Rome } }
          - then: { text: "Hm." }
        """;

    [Fact]
    public async Task Ends_a_response_and_is_answered_by_the_next_one()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, asked) = await server.PostAsync("responses", $$"""{"model":"m","input":"weather?","tools":{{Tools}}}""");
        var calls = asked.GetProperty("output").EnumerateArray().ToList();
        Assert.Equal("completed", asked.GetProperty("status").GetString());
        Assert.All(calls, call => Assert.Equal(("function_call", "completed", "weather"), (Text(call, "type"), Text(call, "status"), Text(call, "name"))));
        Assert.All(calls, call => Assert.StartsWith("fc_", Text(call, "id")));
        Assert.Equal(["""{"city":"Bonn"}""", """{"city":"Rome"}"""], calls.Select(call => Text(call, "arguments").Replace(" ", "", StringComparison.Ordinal)));

        var (_, answered) = await server.PostAsync("responses", Next(asked, calls));
        Assert.Equal("Both: sun in Bonn and rain in Rome.", Said(answered));
    }

    [Fact]
    public async Task Can_be_answered_twice_from_the_same_response()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, asked) = await server.PostAsync("responses", $$"""{"model":"m","input":"weather?","tools":{{Tools}}}""");
        var calls = asked.GetProperty("output").EnumerateArray().ToList();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.PostAsync("responses", Next(asked, calls))));
        Assert.All(answers, answer => Assert.Equal("Both: sun in Bonn and rain in Rome.", Said(answer.Body)));
    }

    [Fact]
    public async Task Without_its_output_is_refused()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, asked) = await server.PostAsync("responses", $$"""{"model":"m","input":"weather?","tools":{{Tools}}}""");
        var id = Text(asked, "id");
        var call = Text(asked.GetProperty("output")[0], "call_id");
        Assert.Equal((400, $"No tool output found for function call {call}."), await RefusedAsync(server, $$"""{"model":"m","previous_response_id":"{{id}}","input":"and?"}"""));
        Assert.Equal((400, "No tool call found for function call output with call_id c9."),
            await RefusedAsync(server, """{"model":"m","input":[{"role":"user","content":"x"},{"type":"function_call_output","call_id":"c9","output":"x"}]}"""));
        Assert.Equal((400, "No tool output found for function call c1."),
            await RefusedAsync(server, """{"model":"m","input":[{"role":"user","content":"x"},{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}]}"""));
    }

    [Fact]
    public async Task Works_with_the_whole_history_as_input()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, asked) = await server.PostAsync("responses", $$"""{"model":"m","input":"weather?","tools":{{Tools}},"store":false}""");
        var calls = asked.GetProperty("output").EnumerateArray().ToList();
        var items = string.Join(',', calls.Select(call => call.GetRawText()));
        var (_, answered) = await server.PostAsync("responses", $$"""{"model":"m","store":false,"input":[{"role":"user","content":"weather?"},{{items}},{{Outputs(calls)}}]}""");
        Assert.Equal("Both: sun in Bonn and rain in Rome.", Said(answered));
    }

    [Fact]
    public async Task In_a_conversation_is_answered_there()
    {
        await using var server = await TestServer.StartAsync(Script);
        var conversation = Text((await server.PostAsync("conversations")).Body, "id");
        var (_, asked) = await server.PostAsync("responses", $$"""{"model":"m","conversation":"{{conversation}}","input":"weather?","tools":{{Tools}}}""");
        var calls = asked.GetProperty("output").EnumerateArray().ToList();
        Assert.Equal((400, $"No tool output found for function call {Text(calls[0], "call_id")}."),
            await RefusedAsync(server, $$"""{"model":"m","conversation":"{{conversation}}","input":"and?"}"""));

        var (_, answered) = await server.PostAsync("responses", $$"""{"model":"m","conversation":"{{conversation}}","input":[{{Outputs(calls)}}]}""");
        Assert.Equal("Both: sun in Bonn and rain in Rome.", Said(answered));
        var (_, list) = await server.GetAsync($"conversations/{conversation}/items?order=asc");
        Assert.Equal(["message", "function_call", "function_call", "function_call_output", "function_call_output", "message"],
            list.GetProperty("data").EnumerateArray().Select(item => Text(item, "type")));
    }

    [Fact]
    public async Task Is_streamed_with_its_arguments()
    {
        await using var server = await TestServer.StartAsync(Script);
        var events = await EventReader.AllAsync(server.Http, "responses", $$"""{"model":"m","input":"weather?","stream":true,"tools":{{Tools}}}""", TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => e.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(
            ["response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done"],
            events.Skip(2).Take(4).Select(EventReader.TypeOf));
        var final = events[^1].GetProperty("response").GetProperty("output").EnumerateArray().Select(item => item.GetRawText());
        Assert.Equal(final, events.Where(e => EventReader.TypeOf(e) == "response.output_item.done").Select(e => e.GetProperty("item").GetRawText()));
    }

    [Fact]
    public async Task Of_fifty_turns_in_a_chain_is_remembered_and_branches()
    {
        await using var server = await TestServer.StartAsync("""
            rules:
              - when: { last_role: user, last_user: "^turn" }
                then:
                  calls:
                    - { name: weather, arguments: { city: A } }
                    - { name: weather, arguments: { city: B } }
              - when: { any_text: "turn 1\\b", last_user: "first" }
                then: { text: "It was turn 1." }
              - then: { text: "Noted." }
            """);
        string? last = null, middle = null;
        for (var turn = 1; turn <= 25; turn++)
        {
            var previous = last is null ? "" : $"\"previous_response_id\":\"{last}\",";
            var (_, asked) = await server.PostAsync("responses", $$"""{"model":"m",{{previous}}"input":"turn {{turn}}","tools":{{Tools}}}""");
            var calls = asked.GetProperty("output").EnumerateArray().ToList();
            Assert.Equal(2, calls.Count);
            var (_, noted) = await server.PostAsync("responses", Next(asked, calls));
            Assert.Equal("Noted.", Said(noted));
            last = Text(noted, "id");
            if (turn == 10) middle = last;
        }

        var (_, remembered) = await server.PostAsync("responses", $$"""{"model":"m","previous_response_id":"{{last}}","input":"what came first?"}""");
        Assert.Equal("It was turn 1.", Said(remembered));
        var (_, branch) = await server.PostAsync("responses", $$"""{"model":"m","previous_response_id":"{{middle}}","input":"what came first?"}""");
        Assert.Equal("It was turn 1.", Said(branch));
        var prompt = server.Simulator.Requests[^1].Body.GetRawText();
        Assert.Contains("turn 10", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("turn 11", prompt, StringComparison.Ordinal);

        var (_, items) = await server.GetAsync($"responses/{Text(branch, "id")}/input_items?order=asc&limit=100");
        Assert.Equal(10 * 6 + 1, items.GetProperty("data").GetArrayLength());
        Assert.Equal("turn 1", items.GetProperty("data")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }

    private static string Next(JsonElement asked, List<JsonElement> calls) =>
        $$"""{"model":"m","previous_response_id":"{{Text(asked, "id")}}","input":[{{Outputs(calls)}}],"tools":{{Tools}}}""";

    private static string Outputs(List<JsonElement> calls) => string.Join(',', calls.Select((call, index) =>
        $$"""{"type":"function_call_output","call_id":"{{Text(call, "call_id")}}","output":"{{(index == 0 ? "sun in Bonn" : "rain in Rome")}}"}"""));

    private static async Task<(int, string)> RefusedAsync(TestServer server, string body)
    {
        var (status, error) = await server.PostAsync("responses", body);
        return (status, Text(error.GetProperty("error"), "message"));
    }

    private static string Said(JsonElement response) => response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
