using System.Net;
using System.Net.Sockets;
using Cadre.Engine.Models;
using Cadre.Models.Endpoints;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class Failures
{
    [Theory]
    [InlineData(429, """{"error":{"message":"Rate limit reached","type":"requests","param":null,"code":"rate_limit_exceeded"}}""", ModelFailureKind.RateLimited)]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", ModelFailureKind.QuotaExceeded)]
    [InlineData(402, """{"error":{"message":"Insufficient credits","code":402}}""", ModelFailureKind.QuotaExceeded)]
    [InlineData(401, """{"error":{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}}""", ModelFailureKind.Unauthorized)]
    [InlineData(403, "forbidden", ModelFailureKind.Unauthorized)]
    [InlineData(404, """{"error":{"message":"The model `m` does not exist","type":"invalid_request_error","code":"model_not_found"}}""", ModelFailureKind.UnknownModel)]
    [InlineData(404, """{"object":"error","message":"The model `m` does not exist.","type":"NotFoundError","param":null,"code":404}""", ModelFailureKind.UnknownModel)]
    [InlineData(404, """{"error":{"message":"model \"m\" not found, try pulling it first","type":"api_error","param":null,"code":null}}""", ModelFailureKind.UnknownModel)]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","code":"context_length_exceeded"}}""", ModelFailureKind.ContextTooLong)]
    [InlineData(400, """{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","code":400}""", ModelFailureKind.ContextTooLong)]
    [InlineData(400, """{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}""", ModelFailureKind.ContextTooLong)]
    [InlineData(400, """{"error":{"message":"filtered","type":"invalid_request_error","code":"content_filter"}}""", ModelFailureKind.ContentFiltered)]
    [InlineData(400, """{"error":"'messages' field is required"}""", ModelFailureKind.Refused)]
    [InlineData(422, """{"detail":[{"loc":["body","messages"],"msg":"field required"}]}""", ModelFailureKind.Refused)]
    [InlineData(500, "Internal Server Error", ModelFailureKind.Overloaded)]
    [InlineData(503, """{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""", ModelFailureKind.Overloaded)]
    [InlineData(504, "<html>Gateway Time-out</html>", ModelFailureKind.TimedOut)]
    [InlineData(307, "", ModelFailureKind.Refused)]
    public async Task A_status_and_its_body_have_a_kind(int status, string body, ModelFailureKind kind)
    {
        foreach (var chat in (bool[])[true, false])
        {
            var failure = (await AskAsync(chat, Hello(), ScriptedServer.Reply(status, body))).Failed();
            Assert.Equal((kind, status), (failure.Kind, failure.Status!.Value));
        }
    }

    [Theory]
    [InlineData("""data: {"error":{"message":"boom","type":"server_error","code":null}}""", ModelFailureKind.Overloaded)]
    [InlineData("""data: {"error":"out of memory"}""", ModelFailureKind.Overloaded)]
    [InlineData("event: error\ndata: {\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}", ModelFailureKind.RateLimited)]
    [InlineData("""data: {"error":{"message":"too long","code":"context_length_exceeded"}}""", ModelFailureKind.ContextTooLong)]
    [InlineData("""data: {"object":"error","message":"boom","type":"InternalServerError","code":500}""", ModelFailureKind.Overloaded)]
    [InlineData("""data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"error"}]}""", ModelFailureKind.Overloaded)]
    public async Task An_error_inside_a_chat_stream_has_a_kind(string frame, ModelFailureKind kind)
    {
        var chunks = await AskAsync(chat: true, Hello(), ScriptedServer.Events(Frames.ChatText("so far"), frame + "\n\n", Frames.Done));
        Assert.Equal(("so far", kind), (chunks.Shown(), chunks.Failed().Kind));
    }

    [Theory]
    [InlineData("error", "\"code\":\"server_error\",\"message\":\"boom\",\"param\":null", ModelFailureKind.Overloaded)]
    [InlineData("error", "\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"}", ModelFailureKind.RateLimited)]
    [InlineData("response.failed", "\"response\":{\"id\":\"r\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"boom\"}}", ModelFailureKind.Overloaded)]
    [InlineData("response.failed", "\"response\":{\"id\":\"r\",\"status\":\"failed\",\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"boom\"}}", ModelFailureKind.ContextTooLong)]
    [InlineData("response.failed", "\"response\":{\"id\":\"r\",\"status\":\"failed\",\"error\":{\"code\":\"invalid_prompt\",\"message\":\"no\"}}", ModelFailureKind.Refused)]
    public async Task An_error_inside_a_response_has_a_kind(string type, string members, ModelFailureKind kind)
    {
        var chunks = await AskAsync(chat: false, Hello(), ScriptedServer.Events(Frames.Text("so far"), Frames.Event(type, members)));
        Assert.Equal(("so far", kind), (chunks.Shown(), chunks.Failed().Kind));
    }

    [Fact]
    public async Task Nobody_listening_is_unreachable()
    {
        Uri address;
        await using (var server = new ScriptedServer(ScriptedServer.Silence())) address = server.BaseUrl;
        using var model = Connect(Options(address));
        Assert.Equal(ModelFailureKind.Unreachable, (await model.FailureAsync(Hello())).Kind);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_unreachable()
    {
        using var model = Connect(Options(new("http://nowhere.invalid/v1")));
        Assert.Equal(ModelFailureKind.Unreachable, (await model.FailureAsync(Hello())).Kind);
    }

    [Fact]
    public async Task Without_TLS_on_the_other_side_it_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var model = Connect(Options(new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1")));

        var asked = model.FailureAsync(Hello());
        using (var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal(ModelFailureKind.Unreachable, (await asked).Kind);
    }

    [Fact]
    public async Task A_redirect_is_told_and_not_followed()
    {
        await using var other = new ScriptedServer(ScriptedServer.Events(Frames.ChatText("x"), Frames.ChatEnd));
        await using var server = new ScriptedServer(ScriptedServer.Reply(307, "", headers: $"Location: {other.BaseUrl}/chat/completions\r\n"));
        using var model = Connect(Options(server.BaseUrl, chat: true));

        var failure = await model.FailureAsync(Hello());

        Assert.Equal(ModelFailureKind.Refused, failure.Kind);
        Assert.Contains(other.BaseUrl.ToString(), failure.Message);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_failure_does_not_repeat_the_key_nor_control_a_terminal()
    {
        const string Key = "sk-very-secret-key";
        await using var server = new ScriptedServer(ScriptedServer.Reply(401, $$$"""{"error":{"message":"Bad key {{{Key}}}\u001b[2J\n!","code":"invalid_api_key"}}"""));
        var options = Options(server.BaseUrl, chat: true);
        var endpoint = options.Endpoint with { ApiKey = new(Key + "\n"), Headers = [new("X-Team", new("a"))] };
        using var model = Connect(options with { Endpoint = endpoint });

        var failure = await model.FailureAsync(Hello());

        Assert.Equal($"Bearer {Key}", server.Requests[0].Headers["authorization"]);
        Assert.Equal("a", server.Requests[0].Headers["x-team"]);
        Assert.DoesNotContain(Key, failure.Message);
        Assert.DoesNotContain(failure.Message, char.IsControl);
        Assert.DoesNotContain(Key, endpoint.ToString());
        Assert.DoesNotContain(Key, options.ToString());
    }

    [Fact]
    public void An_address_that_cannot_be_used_is_told_before_it_is_used()
    {
        Assert.Null(new Endpoint(new("https://api.openai.com/v1")).Problem);
        Assert.NotNull(new Endpoint(new("ftp://host/v1")).Problem);
        Assert.NotNull(new Endpoint(new("http://user:word@host/v1")).Problem);
        Assert.NotNull(new Endpoint(new("/v1", UriKind.Relative)).Problem);
        Assert.NotNull(new Endpoint(new("http://host/v1")) { ApiKey = new("schlüssel") }.Problem);
        Assert.Throws<ArgumentException>(() => new ConnectedModel(Options(new("ftp://host/v1")), TimeProvider.System));
    }

    [Fact]
    public async Task Cancelling_is_the_only_exception()
    {
        await using var server = new ScriptedServer(ScriptedServer.Stall(Frames.ChatText("x")));
        using var model = Connect(Options(server.BaseUrl, chat: true));
        using var cancelled = new CancellationTokenSource();
        await using var chunks = model.StreamAsync(Hello(), cancelled.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await chunks.MoveNextAsync());
        var next = chunks.MoveNextAsync();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }
}
