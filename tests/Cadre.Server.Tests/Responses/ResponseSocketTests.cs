using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Cadre.Server.Tests.Responses;

public sealed class A_response_socket
{
    private const string Script = """
        rules:
          - when: { last_user: "first" }
            then: { text: "The first answer, word by word by word.", chunk_size: 4, chunk_delay: 30ms }
          - when: { any_text: "The first answer", last_user: "second" }
            then: { text: "The second." }
          - then: { text: "Lost." }
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_one_response_after_the_other_even_when_they_are_not_stored()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var socket = await ConnectAsync(server);
        await SendAsync(socket, """{"type":"response.create","model":"m","input":"first","store":false}""");
        var first = await ResponseAsync(socket);
        Assert.Equal(Enumerable.Range(0, first.Count), first.Select(e => e.GetProperty("sequence_number").GetInt32()));
        var id = first[0].GetProperty("response").GetProperty("id").GetString();
        await SendAsync(socket, $$"""{"type":"response.create","model":"m","input":"second","store":false,"previous_response_id":"{{id}}"}""");
        Assert.Equal("The second.", Said(await ResponseAsync(socket)));
        Assert.Equal(404, (await server.GetAsync($"responses/{id}")).Status);
    }

    [Fact]
    public async Task Is_told_what_was_wrong_and_stays_open()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var socket = await ConnectAsync(server);
        await SendAsync(socket, """{"type":"response.create","input":"first"}""");
        var error = await ReceiveAsync(socket);
        Assert.Equal(("error", 400, "model"), (EventReader.TypeOf(error), error.GetProperty("status").GetInt32(), error.GetProperty("param").GetString()));
        await SendAsync(socket, "no json");
        Assert.Equal("error", EventReader.TypeOf(await ReceiveAsync(socket)));
        await SendAsync(socket, """{"type":"response.create","model":"m","input":"x"}""");
        Assert.Equal("Lost.", Said(await ResponseAsync(socket)));
    }

    [Fact]
    public async Task Steers_the_response_that_is_being_made()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var socket = await ConnectAsync(server);
        await SendAsync(socket, """{"type":"response.create","model":"m","input":"first"}""");
        var id = (await ReceiveAsync(socket)).GetProperty("response").GetProperty("id").GetString();
        await SendAsync(socket, $$"""{"type":"response.steer","previous_response_id":"{{id}}","input":"second"}""");
        var first = await ResponseAsync(socket);
        Assert.Equal(id, Assert.Single(first, e => EventReader.TypeOf(e) == "response.steer.accepted").GetProperty("steer").GetProperty("previous_response_id").GetString());
        var second = await ResponseAsync(socket);
        Assert.Equal("The second.", Said(second));
        Assert.Equal(id, second[^1].GetProperty("response").GetProperty("previous_response_id").GetString());
        await SendAsync(socket, $$"""{"type":"response.steer","previous_response_id":"{{id}}","input":"second"}""");
        Assert.Equal("response_not_active", (await ReceiveAsync(socket)).GetProperty("error").GetProperty("code").GetString());
    }

    private static async Task<ClientWebSocket> ConnectAsync(TestServer server)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {TestServer.Key}");
        socket.Options.SetRequestHeader("OpenAI-Beta", "responses_websockets=2026-02-06");
        await socket.ConnectAsync(new UriBuilder(new Uri(server.Server.Address, "v1/responses")) { Scheme = "ws" }.Uri, Cancelled);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string json) => socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text, true, Cancelled);

    private static async Task<List<JsonElement>> ResponseAsync(ClientWebSocket socket)
    {
        var events = new List<JsonElement>();
        do events.Add(await ReceiveAsync(socket));
        while (EventReader.TypeOf(events[^1]) is not ("response.completed" or "response.failed" or "response.incomplete" or "error"));
        return events;
    }

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        var message = new MemoryStream();
        var buffer = new byte[16_384];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), Cancelled);
            message.Write(buffer, 0, received.Count);
            if (!received.EndOfMessage) continue;
            using var document = JsonDocument.Parse(message.ToArray());
            return document.RootElement.Clone();
        }
    }

    private static string Said(List<JsonElement> events) =>
        events[^1].GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;
}
