using System.Text;

namespace Cadre.Server.Tests.Agents;

public sealed class A_vault
{
    [Fact]
    public async Task Keeps_secrets_that_it_never_gives_back_and_writes_nowhere_as_they_are()
    {
        await using var server = await TestServer.StartAsync();
        var (status, made) = await server.PostAsync("vaults", """{"name":"prod","metadata":{"env":"prod"}}""");
        var vault = made.GetProperty("id").GetString();
        Assert.Equal((201, "vault"), (status, made.GetProperty("object").GetString()));
        var (_, bearer) = await server.PostAsync($"vaults/{vault}/credentials", """{"name":"a","auth":{"type":"static_bearer","mcp_server_url":"https://x.example","token":"tell-nobody-1"}}""");
        var (_, oauth) = await server.PostAsync($"vaults/{vault}/credentials", """
            {"name":"b","auth":{"type":"mcp_oauth","mcp_server_url":"https://y.example","access_token":"tell-nobody-2","refresh":{"client_id":"c","refresh_token":"tell-nobody-3",
             "token_endpoint":"https://y.example/t","token_endpoint_auth":{"type":"client_secret_post","client_secret":"tell-nobody-4"}}}}
            """);
        Assert.Equal("client_secret_post", oauth.GetProperty("auth").GetProperty("refresh").GetProperty("token_endpoint_auth").GetProperty("type").GetString());
        var id = bearer.GetProperty("id").GetString();
        var (rotated, after) = await server.PostAsync($"vaults/{vault}/credentials/{id}", """{"auth":{"type":"static_bearer","token":"tell-nobody-5"},"metadata":{"k":"v"}}""");
        Assert.Equal((200, "v"), (rotated, after.GetProperty("metadata").GetProperty("k").GetString()));
        Assert.Equal(400, (await server.PostAsync($"vaults/{vault}/credentials/{id}", """{"auth":{"type":"environment_variable","secret_value":"x"}}""")).Status);
        await server.RestartAsync();
        Assert.Equal(200, (await server.PostAsync($"vaults/{vault}/credentials/{id}", """{"auth":{"type":"static_bearer","token":"tell-nobody-6"}}""")).Status);
        var (_, page) = await server.GetAsync($"vaults/{vault}/credentials");
        Assert.Equal(2, page.GetProperty("data").GetArrayLength());
        Assert.DoesNotContain("tell-nobody", $"{bearer}{oauth}{after}{page}", StringComparison.Ordinal);

        foreach (var file in Directory.EnumerateFiles(server.Directory, "cadre.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain("tell-nobody", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(server.Directory, "vault.key")));
        Assert.Equal("vault.credential.deleted", (await server.DeleteAsync($"vaults/{vault}/credentials/{id}")).Body.GetProperty("object").GetString());
        Assert.Equal("vault.deleted", (await server.DeleteAsync($"vaults/{vault}")).Body.GetProperty("object").GetString());
        Assert.Equal(404, (await server.GetAsync($"vaults/{vault}/credentials")).Status);
    }

    [Fact]
    public async Task Is_not_there_for_another_organisation()
    {
        await using var server = await TestServer.StartAsync();
        var vault = (await server.PostAsync("vaults", """{"name":"prod"}""")).Body.GetProperty("id").GetString();
        using var other = await server.OtherOrganisationAsync();
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"vaults/{vault}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"vaults/{vault}/credentials")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, "agents/sessions", $$"""{"environment":{"type":"none"},"vault_ids":["{{vault}}"],"agent":{"model":"m"} }""")).Status);
    }
}
