using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Cadre.Conformance.Tests.Description;
using Cadre.Conformance.Tests.Server;
using Cadre.Conformance.Tests.Wire;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>The Responses API over a WebSocket, spoken wrongly.</summary>
public sealed class A_websocket(ServerUnderTest server)
{
    private const string Good = """{"type":"response.create","model":"gpt-4o","input":"Say hello to the conformance tests."}""";

    [Theory]
    [InlineData("no JSON", "hello")]
    [InlineData("cut off", """{"type":"response.create","model":""")]
    [InlineData("a list", "[]")]
    [InlineData("no type", """{"model":"gpt-4o","input":"hello"}""")]
    [InlineData("an unknown type", """{"type":"response.dance"}""")]
    [InlineData("a type that is no text", """{"type":17}""")]
    [InlineData("wrong input", """{"type":"response.create","model":"gpt-4o","input":17}""")]
    [InlineData("an unknown previous response", """{"type":"response.create","model":"gpt-4o","input":"hello","previous_response_id":"resp_doesnotexist"}""")]
    [InlineData("half a surrogate pair", """{"type":"response.create","model":"gpt-4o","input":"\ud800","\udc00":1}""")]
    [InlineData("steering of nothing", """{"type":"response.steer","input":"hello"}""")]
    public async Task Answers_what_is_wrong_by_an_error_and_goes_on(string fault, string message)
    {
        using var socket = await ConnectAsync(ServerUnderTest.Key);
        await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, CancellationToken.None);
        var heard = await HearAsync(socket);
        if (heard is not { } error) throw new InvalidOperationException($"{fault}: closed, {socket.CloseStatus}");
        Assert.True(error.GetProperty("type").GetString() == "error", $"{fault}: {error.GetRawText()}");
        Assert.Empty(ApiDescription.OpenAI.Check(Judgement.WebSocketMessage, error));
        await AnswersAsync(socket);
    }

    [Theory]
    [InlineData("binary")]
    [InlineData("too large")]
    [InlineData("deep")]
    [InlineData("no UTF-8")]
    public async Task Survives_what_no_client_sends(string fault)
    {
        using var socket = await ConnectAsync(ServerUnderTest.Key);
        var bytes = fault switch
        {
            "too large" => Encoding.UTF8.GetBytes($$"""{"type":"response.create","model":"gpt-4o","input":"{{new string('x', 40 << 20)}}"}"""),
            "deep" => Encoding.UTF8.GetBytes($$"""{"type":"response.create","model":"gpt-4o","input":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}"""),
            "no UTF-8" => [.. "{\"type\":\""u8, 0xC3, 0x28, .. "\"}"u8],
            _ => Encoding.UTF8.GetBytes(Good),
        };
        try
        {
            await socket.SendAsync(bytes, fault == "binary" ? WebSocketMessageType.Binary : WebSocketMessageType.Text, true, CancellationToken.None);
            var heard = await HearAsync(socket);
            Assert.True(heard is not null || socket.CloseStatus is not (WebSocketCloseStatus.InternalServerError or null), $"{fault}: {socket.CloseStatus}");
        }
        catch (WebSocketException)
        {
            // Refused while it was being sent.
        }

        using var next = await ConnectAsync(ServerUnderTest.Key);
        await AnswersAsync(next);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sk-cadre-wrong")]
    public async Task Wants_a_key(string? key)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (key is not null) socket.Options.SetRequestHeader("Authorization", "Bearer " + key);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address, CancellationToken.None));
        Assert.Equal(HttpStatusCode.Unauthorized, socket.HttpStatusCode);
    }

    private Uri Address => new UriBuilder(new Uri(server.Address, "v1/responses")) { Scheme = "ws" }.Uri;

    private async Task<ClientWebSocket> ConnectAsync(string key)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + key);
        await socket.ConnectAsync(Address, CancellationToken.None);
        return socket;
    }

    private static async Task AnswersAsync(ClientWebSocket socket)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(Good), WebSocketMessageType.Text, true, CancellationToken.None);
        while (await HearAsync(socket) is { } heard)
        {
            var type = heard.GetProperty("type").GetString();
            Assert.NotEqual("error", type);
            if (type == "response.completed") return;
        }

        Assert.Fail($"It closed: {socket.CloseStatus} {socket.CloseStatusDescription}");
    }

    /// <summary>Null when the server closes.</summary>
    private static async Task<JsonElement?> HearAsync(ClientWebSocket socket)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), late.Token);
            if (received.MessageType == WebSocketMessageType.Close) return null;
            message.Write(buffer, 0, received.Count);
            if (!received.EndOfMessage) continue;
            using var parsed = JsonDocument.Parse(message.GetBuffer().AsMemory(0, (int)message.Length));
            return parsed.RootElement.Clone();
        }
    }
}
