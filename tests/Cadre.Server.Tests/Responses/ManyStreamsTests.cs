using System.Text.Json;

namespace Cadre.Server.Tests.Responses;

public sealed class Many_streamed_responses
{
    private const int Clients = 24;
    private const string Text = "Many clients listen to a server that is stopped and started again while it speaks to all of them at once.";

    private const string Script = $$"""
        rules:
          - when: { tool_results: 0, last_user: "call" }
            then: { text: "{{Text}}", chunk_size: 6, chunk_delay: 12ms, calls: [ { name: look, arguments: {} } ] }
          - then: { text: "{{Text}}", chunk_size: 6, chunk_delay: 12ms }
        """;

    private const string Tools = """[{"type":"function","name":"look","parameters":{"type":"object","properties":{}}}]""";

    [Fact]
    public async Task Lose_and_repeat_nothing_when_the_server_is_stopped_under_them_again_and_again()
    {
        await using var server = await TestServer.StartAsync(Script);
        var up = new TaskCompletionSource();
        up.SetResult();
        var streams = Enumerable.Range(0, Clients).Select(_ => new List<JsonElement>()).ToArray();
        using var told = new SemaphoreSlim(0);
        var clients = streams.Select((events, index) => Task.Run(() => ListenAsync(server, events, index, told, () => Volatile.Read(ref up).Task), TestContext.Current.CancellationToken)).ToList();
        for (var restart = 0; restart < 3; restart++)
        {
            for (var i = 0; i < Clients * 5; i++) await told.WaitAsync(TestContext.Current.CancellationToken);
            var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref up, again);
            await server.RestartAsync();
            again.SetResult();
        }

        await Task.WhenAll(clients);
        foreach (var events in streams)
        {
            Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => e.GetProperty("sequence_number").GetInt32()));
            Assert.Equal(Text, string.Concat(events.Where(e => EventReader.TypeOf(e) == "response.output_text.delta").Select(e => e.GetProperty("delta").GetString())));
            Assert.Equal("response.completed", EventReader.TypeOf(Assert.Single(events, IsTerminal)));
        }
    }

    private static async Task ListenAsync(TestServer server, List<JsonElement> events, int index, SemaphoreSlim told, Func<Task> up)
    {
        var cancelled = TestContext.Current.CancellationToken;
        var body = $$"""{"model":"m","input":"{{(index % 2 == 0 ? "call" : "talk")}}","stream":true,"tools":{{Tools}}}""";
        while (events.Count == 0 || !IsTerminal(events[^1]))
        {
            await up();
            try
            {
                var id = events.Count > 0 ? events[0].GetProperty("response").GetProperty("id").GetString() : null;
                var stream = id is null
                    ? EventReader.PostAsync(server.Http, "responses", body, cancelled)
                    : EventReader.GetAsync(server.Http, $"responses/{id}?stream=true&starting_after={events.Count - 1}", cancelled);
                await foreach (var e in stream)
                {
                    events.Add(e);
                    told.Release();
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or ObjectDisposedException or Xunit.Sdk.XunitException or OperationCanceledException && !cancelled.IsCancellationRequested)
            {
                // The server went away in the middle: come back when it is up.
            }
        }
    }

    private static bool IsTerminal(JsonElement e) => EventReader.TypeOf(e) is "response.completed" or "response.failed" or "response.incomplete" or "error";
}
