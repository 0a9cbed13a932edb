using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Guard.Audit;
using Cadre.Server.Identity;

namespace Cadre.Server.Tests.Identity;

public sealed class A_person
{
    [Fact]
    public async Task Is_written_down_once_in_every_organisation_it_comes_with()
    {
        await using var server = await TestServer.StartAsync();
        using var atAcme = server.ClientOfPerson("alice");
        using var atOther = server.ClientOfPerson("alice", "other");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("acme", (await GetAsync(atAcme, server, "me")).Body.GetProperty("organisation").GetString());
            Assert.Equal("other", (await GetAsync(atOther, server, "me")).Body.GetProperty("organisation").GetString());
        }

        await server.RestartAsync();
        using var again = server.ClientOfPerson("alice");
        Assert.Equal(200, (await GetAsync(again, server, "me")).Status);
        using var admin = server.ClientOfPerson("boss", role: "operator");
        var listed = (await GetAsync(admin, server, "users")).Body.GetProperty("data").EnumerateArray().Select(user => user.GetProperty("id").GetString()).ToList();
        Assert.Equal([TestServer.PersonOf("boss"), TestServer.PersonOf("alice")], listed);
        var seen = await EntriesAsync(server, AuditKinds.UserSeen);
        Assert.Equal(["acme", "other", "acme"], seen.Select(entry => entry.Details["organisation"]));
    }

    [Fact]
    public async Task Asks_who_it_is_and_what_it_may()
    {
        await using var server = await TestServer.StartAsync(change: parts => parts with { Tokens = parts.Tokens! with { RequestsPerMinute = 600 } });
        using var alice = server.ClientOfPerson("alice", "acme", "operator", "tasks:read tasks:write unheard:of");
        var me = (await GetAsync(alice, server, "me")).Body;
        Assert.Equal((TestServer.PersonOf("alice"), "acme", "operator", true), (me.GetProperty("id").GetString(), me.GetProperty("organisation").GetString(), me.GetProperty("role").GetString(), me.GetProperty("person").GetBoolean()));
        Assert.Equal("[\"tasks:read\",\"tasks:write\"]", me.GetProperty("grants").GetRawText());
        Assert.Equal(600, me.GetProperty("limits").GetProperty("requests_per_minute").GetInt32());

        var program = (await GetAsync(server.Http, server, "me")).Body;
        Assert.Equal(("default", "admin", false, JsonValueKind.Null), (program.GetProperty("organisation").GetString(), program.GetProperty("role").GetString(), program.GetProperty("person").GetBoolean(), program.GetProperty("grants").ValueKind));
    }

    [Theory]
    [InlineData("user", 403, 403)]
    [InlineData("operator", 200, 403)]
    [InlineData("admin", 200, 200)]
    [InlineData("root", 403, 403)]
    public async Task May_what_its_role_may(string role, int users, int keys)
    {
        await using var server = await TestServer.StartAsync();
        using var person = server.ClientOfPerson("alice", role: role);
        Assert.Equal(users, (await GetAsync(person, server, "users")).Status);
        Assert.Equal(keys, (await GetAsync(person, server, "keys")).Status);
        Assert.Equal(403, (await TestServer.SendAsync(person, HttpMethod.Post, new Uri(server.Server.Address, "policies/reload").ToString())).Status);
    }

    [Fact]
    public async Task Has_a_limit_of_its_own()
    {
        await using var server = await TestServer.StartAsync(change: parts => parts with { Tokens = parts.Tokens! with { RequestsPerMinute = 2 } });
        using var alice = server.ClientOfPerson("alice");
        using var bob = server.ClientOfPerson("bob");
        Assert.Equal(200, (await GetAsync(alice, server, "me")).Status);
        using var fresh = server.ClientOfPerson("alice");
        Assert.Equal(200, (await GetAsync(fresh, server, "me")).Status);
        using var refused = await alice.GetAsync(Of(server, "me"), TestContext.Current.CancellationToken);
        Assert.Equal(429, (int)refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal(200, (await GetAsync(bob, server, "me")).Status);
    }

    [Fact]
    public async Task Is_given_a_key_after_it_was_here()
    {
        await using var server = await TestServer.StartAsync(change: parts => parts with { Tokens = parts.Tokens! with { RequestsPerMinute = 600 } });
        using var admin = server.ClientOfPerson("boss", role: "admin");
        var body = $$"""{"name":"laptop","user":"{{TestServer.PersonOf("alice")}}"}""";
        Assert.Equal(400, (await TestServer.SendAsync(admin, HttpMethod.Post, Of(server, "keys"), body)).Status);
        using var alice = server.ClientOfPerson("alice");
        Assert.Equal(200, (await GetAsync(alice, server, "me")).Status);
        var (status, made) = await TestServer.SendAsync(admin, HttpMethod.Post, Of(server, "keys"), body);
        Assert.Equal(201, status);
        using var laptop = server.ClientOf(made.GetProperty("key").GetString()!);
        var me = (await GetAsync(laptop, server, "me")).Body;
        Assert.Equal((TestServer.PersonOf("alice"), 600), (me.GetProperty("id").GetString(), me.GetProperty("limits").GetProperty("requests_per_minute").GetInt32()));
    }

    [Fact]
    public async Task Of_an_organisation_with_a_strange_name_is_of_one_with_a_plain_name_and_of_no_other()
    {
        await using var server = await TestServer.StartAsync();
        var names = new List<string>();
        foreach (var name in new[] { "Acme", "../acme", "acme ", "acme\n", new string('a', 101), "acme" })
        {
            using var person = server.ClientOfPerson("alice", name);
            names.Add((await GetAsync(person, server, "me")).Body.GetProperty("organisation").GetString()!);
        }

        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(names, name => Assert.True(Persons.IsOrganisation(name)));
        Assert.Equal("acme", names[^1]);
    }

    private static string Of(TestServer server, string path) => new Uri(server.Server.Address, $"api/v1/{path}").ToString();

    private static Task<(int Status, JsonElement Body)> GetAsync(HttpClient http, TestServer server, string path) => TestServer.SendAsync(http, HttpMethod.Get, Of(server, path));

    private static async Task<List<AuditEntry>> EntriesAsync(TestServer server, string kind) =>
        await AuditReader.ReadAsync(server.Directory, new(), TestContext.Current.CancellationToken).Select(line => line.Entry!).Where(entry => entry.Kind == kind).ToListAsync(TestContext.Current.CancellationToken);
}
