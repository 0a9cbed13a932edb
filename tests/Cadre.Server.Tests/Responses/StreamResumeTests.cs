using System.Text.Json;
using Cadre.Engine.Runs;

namespace Cadre.Server.Tests.Responses;

public sealed class A_streamed_response
{
    private const string Text = "One two three four five six seven eight nine ten, said the model to the one who counted along with it.";

    private const string Slow = $$"""
        rules:
          - then: { text: "{{Text}}", chunk_size: 4, chunk_delay: 15ms }
        """;

    private const string Changing = """
        rules:
          - times: 1
            then: { text: "The first attempt says this at length, until it is cut off.", chunk_size: 4, chunk_delay: 40ms }
          - then: { text: "The second says something else.", chunk_size: 4 }
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_told_again_with_the_same_events_to_whoever_comes_later()
    {
        await using var server = await TestServer.StartAsync(Slow);
        var whole = await EventReader.AllAsync(server.Http, "responses", """{"model":"m","input":"count","stream":true}""", Cancelled);
        var id = whole[0].GetProperty("response").GetProperty("id").GetString();

        var again = await CollectAsync(EventReader.GetAsync(server.Http, $"responses/{id}?stream=true", Cancelled));
        Assert.Equal(Raw(whole), Raw(again));
        var rest = await CollectAsync(EventReader.GetAsync(server.Http, $"responses/{id}?stream=true&starting_after=7", Cancelled));
        Assert.Equal(Raw(whole).Skip(8), Raw(rest));
        Assert.True(whole.Count(e => EventReader.TypeOf(e) == "response.output_text.delta") > 5);
    }

    [Fact]
    public async Task Is_told_to_two_readers_alike_while_it_is_made()
    {
        await using var server = await TestServer.StartAsync(Slow);
        List<JsonElement> first = [], second = [];
        Task? other = null;
        await foreach (var e in EventReader.PostAsync(server.Http, "responses", """{"model":"m","input":"count","stream":true}""", Cancelled))
        {
            first.Add(e);
            if (first.Count == 8) other = Task.Run(async () => second = await CollectAsync(EventReader.GetAsync(server.Http, $"responses/{IdOf(first)}?stream=true", Cancelled)), Cancelled);
        }

        await other!;
        Assert.Equal(Raw(first), Raw(second));
    }

    [Fact]
    public async Task Goes_on_after_its_reader_has_gone()
    {
        await using var server = await TestServer.StartAsync(Slow);
        var begun = new List<JsonElement>();
        await foreach (var e in EventReader.PostAsync(server.Http, "responses", """{"model":"m","input":"count","stream":true}""", Cancelled))
        {
            begun.Add(e);
            if (begun.Count == 6) break;
        }

        var rest = await CollectAsync(EventReader.GetAsync(server.Http, $"responses/{IdOf(begun)}?stream=true&starting_after={begun.Count - 1}", Cancelled));
        Holds([.. begun, .. rest], Text);
    }

    [Fact]
    public async Task Resumes_after_a_restart_without_a_gap_or_a_repeat()
    {
        await using var server = await TestServer.StartAsync(Slow);
        var events = new List<JsonElement>();
        var restarts = 0;
        await ReadAsync(EventReader.PostAsync(server.Http, "responses", """{"model":"m","input":"count","stream":true}""", Cancelled));
        while (!IsTerminal(events[^1]))
        {
            restarts++;
            await server.RestartAsync();
            await ReadAsync(EventReader.GetAsync(server.Http, $"responses/{IdOf(events)}?stream=true&starting_after={events.Count - 1}", Cancelled));
        }

        Assert.InRange(restarts, 1, 3);
        Holds(events, Text);
        var again = await CollectAsync(EventReader.GetAsync(server.Http, $"responses/{IdOf(events)}?stream=true", Cancelled));
        Assert.Equal(Raw(events), Raw(again));

        async Task ReadAsync(IAsyncEnumerable<JsonElement> stream)
        {
            var seen = 0;
            await foreach (var e in stream)
            {
                events.Add(e);
                if (++seen >= 7 && restarts < 2) break;
            }
        }
    }

    [Fact]
    public async Task Closes_what_does_not_hold_when_the_model_says_something_else_after_a_restart()
    {
        await using var server = await TestServer.StartAsync(Changing);
        var events = new List<JsonElement>();
        await foreach (var e in EventReader.PostAsync(server.Http, "responses", """{"model":"m","input":"count","stream":true}""", Cancelled))
        {
            events.Add(e);
            if (events.Count == 8) break;
        }

        await server.RestartAsync();
        events.AddRange(await CollectAsync(EventReader.GetAsync(server.Http, $"responses/{IdOf(events)}?stream=true&starting_after={events.Count - 1}", Cancelled)));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => e.GetProperty("sequence_number").GetInt32()));
        var done = events.Where(e => EventReader.TypeOf(e) == "response.output_item.done").Select(e => e.GetProperty("item")).ToList();
        Assert.Equal(["incomplete", "completed"], done.Select(item => item.GetProperty("status").GetString()));
        Assert.StartsWith("The first", done[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal("The second says something else.", done[1].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Single(events, IsTerminal);
    }

    [Fact]
    public async Task That_was_read_by_nobody_during_a_restart_is_told_whole_afterwards()
    {
        await using var server = await TestServer.StartAsync(Slow);
        var events = new List<JsonElement>();
        await foreach (var e in EventReader.PostAsync(server.Http, "responses", """{"model":"m","input":"count","stream":true,"background":true}""", Cancelled))
        {
            events.Add(e);
            if (events.Count == 9) break;
        }

        await server.RestartAsync();
        var id = IdOf(events);
        await foreach (var _ in server.Server.Context.Runs.Feed.ReadAsync(RunId.Parse(id!["resp_".Length..]), 0, Cancelled))
        {
        }

        events.AddRange(await CollectAsync(EventReader.GetAsync(server.Http, $"responses/{id}?stream=true&starting_after={events.Count - 1}", Cancelled)));
        Assert.Equal("response.queued", EventReader.TypeOf(events[1]));
        Holds(events, Text);
    }

    private static void Holds(List<JsonElement> events, string text)
    {
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => e.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(text, string.Concat(events.Where(e => EventReader.TypeOf(e) == "response.output_text.delta").Select(e => e.GetProperty("delta").GetString())));
        Assert.Equal("response.completed", EventReader.TypeOf(Assert.Single(events, IsTerminal)));
        Assert.True(IsTerminal(events[^1]));
        Assert.Equal(text, events[^1].GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }

    private static string? IdOf(List<JsonElement> events) => events[0].GetProperty("response").GetProperty("id").GetString();

    private static bool IsTerminal(JsonElement e) => EventReader.TypeOf(e) is "response.completed" or "response.failed" or "response.incomplete" or "error";

    private static IEnumerable<string> Raw(List<JsonElement> events) => events.Select(e => e.GetRawText());

    private static async Task<List<JsonElement>> CollectAsync(IAsyncEnumerable<JsonElement> events)
    {
        var all = new List<JsonElement>();
        await foreach (var e in events) all.Add(e);
        return all;
    }
}
