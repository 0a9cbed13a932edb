namespace Cadre.Server.Tests.Operations;

public sealed class A_server
{
    [Fact]
    public async Task Says_that_it_is_ready_without_a_key()
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Server.Address };
        Assert.Equal("""{"status":"ready"}""", await http.GetStringAsync("readyz", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Refuses_who_has_no_key()
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = server.ClientOf("sk-cadre-wrong");
        var (status, body) = await TestServer.SendAsync(stranger, HttpMethod.Get, "models");
        Assert.Equal((401, "invalid_api_key"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Says_which_address_it_does_not_know()
    {
        await using var server = await TestServer.StartAsync();
        var (status, body) = await server.GetAsync("nothing/here");
        Assert.Equal((404, "unknown_url"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        await server.RestartAsync();
        Assert.Equal(404, (await server.GetAsync("nothing/here")).Status);
    }
}
