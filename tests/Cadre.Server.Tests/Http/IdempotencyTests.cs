using System.Text;

namespace Cadre.Server.Tests.Http;

public sealed class A_request_with_an_idempotency_key
{
    [Fact]
    public async Task Is_carried_out_once_and_answered_the_same()
    {
        await using var server = await TestServer.StartAsync();
        var first = await SendAsync(server, "k1", """{"name":"a"}""");
        var second = await SendAsync(server, "k1", """{"name":"a"}""");
        var other = await SendAsync(server, "k2", """{"name":"a"}""");
        Assert.Equal(first, second);
        Assert.NotEqual(first.Body, other.Body);
        await server.RestartAsync();
        Assert.Equal(first, await SendAsync(server, "k1", """{"name":"a"}"""));
    }

    [Fact]
    public async Task And_another_body_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        await SendAsync(server, "k1", """{"name":"a"}""");
        var (status, body) = await SendAsync(server, "k1", """{"name":"b"}""");
        Assert.Equal(400, status);
        Assert.Contains("idempotency_key_reused", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_was_refused_may_be_sent_again()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(400, (await SendAsync(server, "k1", """{"name":7}""")).Status);
        Assert.Equal(201, (await SendAsync(server, "k1", """{"name":"a"}""")).Status);
    }

    [Fact]
    public async Task Is_carried_out_once_of_twenty_at_the_same_time()
    {
        await using var server = await TestServer.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(server, "k1", """{"name":"a"}""")));
        Assert.Single(answers.Where(answer => answer.Status == 201).Select(answer => answer.Body).Distinct());
        Assert.All(answers, answer => Assert.True(answer.Status is 201 or 409, $"{answer.Status}"));
    }

    private static async Task<(int Status, string Body)> SendAsync(TestServer server, string key, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Server.Address, "api/v1/keys")) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
