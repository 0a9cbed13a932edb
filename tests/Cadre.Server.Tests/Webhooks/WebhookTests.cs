using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cadre.Server.Webhooks;
using Cadre.Testing;

namespace Cadre.Server.Tests.Webhooks;

public sealed class A_webhook
{
    [Fact]
    public async Task Is_told_what_happened_signed_as_the_standard_says()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var server = await StartAsync(receiver);
        var (status, made) = await server.SendAsync(HttpMethod.Post, Api(server, "webhooks"), $$"""{"url":"{{receiver.Address}}","events":["thread_created"]}""");
        Assert.Equal(201, status);
        await CreateThreadAsync(server);

        var received = await receiver.NextAsync();
        var signed = Encoding.UTF8.GetBytes($"{received.Headers["webhook-id"]}.{received.Headers["webhook-timestamp"]}.{Encoding.UTF8.GetString(received.Body)}");
        var key = Convert.FromBase64String(made.GetProperty("secret").GetString()!["whsec_".Length..]);
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)), received.Headers["webhook-signature"]);
        using var body = JsonDocument.Parse(received.Body);
        Assert.Equal(("thread_created", received.Headers["webhook-id"]), (body.RootElement.GetProperty("type").GetString(), body.RootElement.GetProperty("id").GetString()));
        Assert.Equal("delivered", (await LogAsync(server, made, delivery => delivery.GetProperty("state").GetString() != "pending")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task That_fails_is_tried_again_with_growing_delays_and_can_be_replayed()
    {
        var time = new FakeTimeProvider();
        await using var receiver = await Receiver.StartAsync();
        await using var server = await StartAsync(receiver, time);
        var (_, made) = await server.SendAsync(HttpMethod.Post, Api(server, "webhooks"), $$"""{"url":"{{receiver.Address}}"}""");
        receiver.Answer = 500;
        await CreateThreadAsync(server);
        var first = await receiver.NextAsync();
        for (var attempt = 0; attempt < WebhookDispatcher.Delays.Length; attempt++)
        {
            await LogAsync(server, made, delivery => delivery.GetProperty("attempts").GetArrayLength() == attempt + 1);
            time.Advance(WebhookDispatcher.Delays[attempt]);
            Assert.Equal(first.Headers["webhook-id"], (await receiver.NextAsync()).Headers["webhook-id"]);
        }

        var failed = await LogAsync(server, made, delivery => delivery.GetProperty("state").GetString() == "failed");
        Assert.Equal(WebhookDispatcher.Delays.Length + 1, failed.GetProperty("attempts").GetArrayLength());
        receiver.Answer = 204;
        Assert.Equal(202, (await server.SendAsync(HttpMethod.Post, Api(server, $"webhooks/{Id(made)}/deliveries/{Id(failed)}/replay"))).Status);
        Assert.Equal(first.Body, (await receiver.NextAsync()).Body);
        await LogAsync(server, made, delivery => delivery.GetProperty("state").GetString() == "delivered");
    }

    [Fact]
    public async Task Gets_after_a_restart_what_was_pending()
    {
        var time = new FakeTimeProvider();
        await using var receiver = await Receiver.StartAsync();
        await using var server = await StartAsync(receiver, time);
        receiver.Answer = 503;
        var (_, made) = await server.SendAsync(HttpMethod.Post, Api(server, "webhooks"), $$"""{"url":"{{receiver.Address}}"}""");
        await CreateThreadAsync(server);
        var first = await receiver.NextAsync();
        await LogAsync(server, made, delivery => delivery.GetProperty("attempts").GetArrayLength() == 1);
        receiver.Answer = 200;
        await server.RestartAsync(Parts(receiver, time));
        time.Advance(WebhookDispatcher.Delays[0]);
        Assert.Equal(first.Body, (await receiver.NextAsync()).Body);
    }

    [Fact]
    public async Task At_a_private_address_is_not_dialled()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var server = await TestServer.StartAsync();
        var (_, made) = await server.SendAsync(HttpMethod.Post, Api(server, "webhooks"), $$"""{"url":"http://localhost:{{receiver.Address.Port}}/"}""");
        await CreateThreadAsync(server);
        var delivery = await LogAsync(server, made, delivery => delivery.GetProperty("attempts").GetArrayLength() == 1);
        Assert.Contains("not at a public address", delivery.GetProperty("attempts")[0].GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "url")]
    [InlineData("""{"url":"ftp://x/"}""", "url")]
    [InlineData("""{"url":"https://a:b@x/"}""", "url")]
    [InlineData("""{"url":7}""", "url")]
    [InlineData("""{"url":"https://x/","events":["no_such_event"]}""", "events")]
    public async Task That_is_wrong_is_refused(string body, string parameter)
    {
        await using var server = await TestServer.StartAsync();
        var (status, problem) = await server.SendAsync(HttpMethod.Post, Api(server, "webhooks"), body);
        Assert.Equal((400, parameter), (status, problem.GetProperty("parameter").GetString()));
    }

    private static Task<TestServer> StartAsync(Receiver receiver, TimeProvider? time = null) => TestServer.StartAsync(change: Parts(receiver, time));

    private static Func<Cadre.Server.Hosting.ServerParts, Cadre.Server.Hosting.ServerParts> Parts(Receiver receiver, TimeProvider? time) =>
        parts => parts with { PrivateHosts = [$"127.0.0.1:{receiver.Address.Port}"], Time = time ?? parts.Time };

    private static string Api(TestServer server, string path) => new Uri(server.Server.Address, $"api/v1/{path}").ToString();

    private static string Id(JsonElement made) => made.GetProperty("id").GetString()!;

    private static async Task CreateThreadAsync(TestServer server) => Assert.Equal(200, (await server.PostAsync("threads")).Status);

    /// <summary>The webhook's only delivery, when it has come to be as wanted.</summary>
    private static async Task<JsonElement> LogAsync(TestServer server, JsonElement webhook, Func<JsonElement, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            var (_, log) = await server.SendAsync(HttpMethod.Get, Api(server, $"webhooks/{Id(webhook)}/deliveries"));
            if (log.GetProperty("data").GetArrayLength() == 1 && wanted(log.GetProperty("data")[0])) return log.GetProperty("data")[0];
            await Task.Yield();
        }
    }
}
