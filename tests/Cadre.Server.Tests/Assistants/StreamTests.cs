namespace Cadre.Server.Tests.Assistants;

public sealed class A_stream_of_a_run
{
    private const string Begun = "thread.run.created thread.run.queued thread.run.in_progress";
    private const string Said = "thread.run.step.created thread.run.step.in_progress thread.message.created thread.message.in_progress thread.message.delta thread.message.completed thread.run.step.completed";
    private const string Called = "thread.run.step.created thread.run.step.in_progress thread.run.step.delta thread.run.step.delta";

    [Fact]
    public async Task Has_every_event_of_an_answer_in_order()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("slow please");
        var events = await SentEvent.PostAsync(server, $"threads/{thread}/runs", $$"""{"assistant_id":"{{await server.NewAssistantAsync()}}","stream":true}""");
        Assert.Equal($"{Begun} {Said} thread.run.completed done", Names(events));
        Assert.Equal("[DONE]", events[^1].Data);

        var deltas = events.Where(sent => sent.Name == "thread.message.delta").ToList();
        Assert.True(deltas.Count > 3);
        var whole = events.First(sent => sent.Name == "thread.message.completed").Json;
        Assert.Equal(Assistance.TextOf(whole), string.Concat(deltas.Select(delta => delta.Delta)));
        Assert.All(deltas, delta => Assert.Equal(whole.Text("id"), delta.Json.Text("id")));

        var created = events.First(sent => sent.Name == "thread.message.created").Json;
        Assert.Equal((whole.Text("id"), "in_progress", 0), (created.Text("id"), created.Text("status"), created.GetProperty("content").GetArrayLength()));
        var step = events.First(sent => sent.Name == "thread.run.step.completed").Json;
        Assert.Equal(whole.Text("id"), step.GetProperty("step_details").GetProperty("message_creation").Text("message_id"));
        Assert.Equal("completed", events[^2].Json.Text("status"));
        Assert.Equal(whole.ToString(), (await server.GetAsync($"threads/{thread}/messages/{whole.Text("id")}")).Body.ToString());
    }

    [Fact]
    public async Task Begins_with_the_thread_when_both_are_created()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var events = await SentEvent.PostAsync(server, "threads/runs", $$"""{"assistant_id":"{{await server.NewAssistantAsync()}}","stream":true,"thread":{"messages":[{"role":"user","content":"Hi"}]} }""");
        Assert.Equal($"thread.created {Begun} {Said} thread.run.completed done", Names(events));
        Assert.Equal(events[0].Json.Text("id"), events[1].Json.Text("thread_id"));
    }

    [Fact]
    public async Task Stops_for_the_callers_functions_and_goes_on_with_their_outputs()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("How is the weather?");
        var events = await SentEvent.PostAsync(server, $"threads/{thread}/runs", $$"""{"assistant_id":"{{await server.NewWeatherAssistantAsync()}}","stream":true}""");
        Assert.Equal($"{Begun} {Said} {Called} thread.run.requires_action done", Names(events));

        var run = events[^2].Json;
        var call = run.GetProperty("required_action").GetProperty("submit_tool_outputs").GetProperty("tool_calls")[0];
        Assert.Equal(("get_weather", """{"city":"Paris"}"""), (call.GetProperty("function").Text("name"), call.GetProperty("function").Text("arguments")));
        var input = events.Last(sent => sent.Name == "thread.run.step.delta").Json.GetProperty("delta").GetProperty("step_details").GetProperty("tool_calls")[0];
        Assert.Equal((false, false, """{"city":"Paris"}"""), (input.TryGetProperty("id", out _), input.GetProperty("function").TryGetProperty("name", out _), input.GetProperty("function").Text("arguments")));
        var delta = events.First(sent => sent.Name == "thread.run.step.delta").Json.GetProperty("delta").GetProperty("step_details").GetProperty("tool_calls")[0];
        Assert.Equal((0, call.Text("id"), "function"), (delta.GetProperty("index").GetInt32(), delta.Text("id"), delta.Text("type")));

        var rest = await SentEvent.PostAsync(server, $"threads/{thread}/runs/{run.Text("id")}/submit_tool_outputs",
            $$"""{"stream":true,"tool_outputs":[{"tool_call_id":"{{call.Text("id")}}","output":"sunny"}]}""");
        Assert.Equal($"thread.run.step.completed thread.run.queued thread.run.in_progress {Said} thread.run.completed done", Names(rest));
        Assert.Equal("sunny", rest[0].Json.GetProperty("step_details").GetProperty("tool_calls")[0].GetProperty("function").Text("output"));
        Assert.Equal(["How is the weather?", "Let me look.", "It is sunny."], await server.TextsAsync(thread));
    }

    [Fact]
    public async Task Ends_with_what_a_cancelled_run_leaves()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("hang please");
        var events = new List<SentEvent>();
        await foreach (var sent in SentEvent.ReadAsync(server, HttpMethod.Post, $"threads/{thread}/runs", $$"""{"assistant_id":"{{await server.NewAssistantAsync()}}","stream":true}"""))
        {
            events.Add(sent);
            if (events.Count(seen => seen.Name == "thread.message.delta") != 1 || sent.Name != "thread.message.delta") continue;
            Assert.Equal(200, (await server.PostAsync($"threads/{thread}/runs/{events[0].Json.Text("id")}/cancel")).Status);
        }

        Assert.EndsWith("thread.message.delta thread.run.cancelling thread.message.incomplete thread.run.step.cancelled thread.run.cancelled done", Names(events), StringComparison.Ordinal);
        Assert.Equal("run_cancelled", events.First(sent => sent.Name == "thread.message.incomplete").Json.GetProperty("incomplete_details").Text("reason"));
    }

    [Fact]
    public async Task Ends_with_a_failure()
    {
        await using var server = await TestServer.StartAsync("rules: [{ then: { fault: 400 } }]");
        var thread = await server.NewThreadAsync("Hi");
        var events = await SentEvent.PostAsync(server, $"threads/{thread}/runs", $$"""{"assistant_id":"{{await server.NewAssistantAsync()}}","stream":true}""");
        Assert.Equal($"{Begun} thread.run.failed done", Names(events));
    }

    [Fact]
    public async Task Can_be_taken_up_again_at_each_of_its_events()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("slow please");
        var live = await SentEvent.PostAsync(server, $"threads/{thread}/runs", $$"""{"assistant_id":"{{await server.NewAssistantAsync()}}","stream":true}""");
        var run = live[0].Json.Text("id");
        var text = string.Concat(live.Where(sent => sent.Name == "thread.message.delta").Select(sent => sent.Delta));
        Assert.Equal($"{Begun} {Said} thread.run.completed done", Names(await SentEvent.GetAsync(server, $"threads/{thread}/runs/{run}/events")));

        for (var i = 0; i < live.Count; i++)
        {
            if (live[i].Id is not { } id) continue;
            var rest = await SentEvent.GetAsync(server, $"threads/{thread}/runs/{run}/events", id);
            List<SentEvent> both = [.. live[..(i + 1)], .. rest];
            Assert.Equal($"{Begun} {Said} thread.run.completed done", Names(both));
            Assert.Equal(text, string.Concat(both.Where(sent => sent.Name == "thread.message.delta").Select(sent => sent.Delta)));
        }

        Assert.Equal(400, (await server.GetAsyncWith($"threads/{thread}/runs/{run}/events", "77")).Status);
        Assert.Equal(400, (await server.GetAsyncWith($"threads/{thread}/runs/{run}/events", "nonsense")).Status);
    }

    [Fact]
    public async Task May_be_left_and_its_run_goes_on()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("slow please");
        string? run = null;
        await foreach (var sent in SentEvent.ReadAsync(server, HttpMethod.Post, $"threads/{thread}/runs", $$"""{"assistant_id":"{{await server.NewAssistantAsync()}}","stream":true}"""))
        {
            run ??= sent.Json.Text("id");
            if (sent.Name == "thread.message.delta") break;
        }

        Assert.Equal("completed", (await server.PollAsync(thread, run!)).Text("status"));
    }

    [Fact]
    public async Task Can_be_taken_up_again_after_the_server_was_restarted_in_the_middle_of_it()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("slow please");
        var seen = new List<SentEvent>();
        string? last = null;
        await foreach (var sent in SentEvent.ReadAsync(server, HttpMethod.Post, $"threads/{thread}/runs", $$"""{"assistant_id":"{{await server.NewAssistantAsync()}}","stream":true}"""))
        {
            seen.Add(sent);
            last = sent.Id ?? last;
            if (seen.Count(one => one.Name == "thread.message.delta") == 3) break;
        }

        await server.RestartAsync();
        seen.AddRange(await SentEvent.GetAsync(server, $"threads/{thread}/runs/{seen[0].Json.Text("id")}/events", last));
        Assert.Equal($"{Begun} {Said} thread.run.completed done", Names(seen));
        var whole = Assistance.TextOf(seen.First(sent => sent.Name == "thread.message.completed").Json);
        Assert.Equal(whole, string.Concat(seen.Where(sent => sent.Name == "thread.message.delta").Select(sent => sent.Delta)));
    }

    [Fact]
    public async Task Is_one_of_twenty_at_a_time()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var assistant = await server.NewWeatherAssistantAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var thread = await server.NewThreadAsync($"slow number {i}");
            var events = await SentEvent.PostAsync(server, $"threads/{thread}/runs", $$"""{"assistant_id":"{{assistant}}","stream":true}""");
            Assert.Equal($"{Begun} {Said} thread.run.completed done", Names(events));
        }));
    }

    /// <summary>The events' names, a row of deltas as one.</summary>
    private static string Names(IReadOnlyList<SentEvent> events)
    {
        var names = new List<string>();
        foreach (var sent in events)
        {
            if (sent.Name != "thread.message.delta" || names is not [.., "thread.message.delta"]) names.Add(sent.Name);
        }

        return string.Join(' ', names);
    }
}
