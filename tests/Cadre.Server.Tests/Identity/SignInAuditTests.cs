using Cadre.Engine.Ports;
using Cadre.Guard.Audit;

namespace Cadre.Server.Tests.Identity;

public sealed class The_audit_of_sign_ins
{
    [Fact]
    public async Task Has_every_failure_without_what_was_shown_and_counts_those_that_repeat()
    {
        await using var server = await TestServer.StartAsync();
        var expired = TestServer.TokenOf("alice", lifetime: TimeSpan.FromMinutes(-5));
        foreach (var credential in new[] { expired, expired, expired, "sk-cadre-wrong", "a.b.c" })
        {
            using var http = server.ClientOf(credential);
            Assert.Equal(401, (await TestServer.SendAsync(http, HttpMethod.Get, "nowhere")).Status);
        }

        Assert.Equal(["token token_expired", "api_key unknown_key", "token token_malformed"], (await ReadAsync(server, AuditKinds.SignInFailed)).Select(Failure));
        await server.Server.Context.SignIns.Failures.EndPeriodAsync();
        var entries = await ReadAsync(server, AuditKinds.SignInFailed);
        Assert.Equal(("token token_expired", "2"), (Failure(entries[^1]), entries[^1].Details["count"]));
        Assert.Equal(4, entries.Count);
        Assert.All(entries, entry => Assert.Equal("127.0.0.1", entry.Details["address"]));
        Assert.DoesNotContain(entries.SelectMany(entry => entry.Details.Values), value => value.Contains("wrong", StringComparison.Ordinal) || value.Contains(expired, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Holds_a_flood_of_different_failures_together()
    {
        await using var server = await TestServer.StartAsync();
        var failures = server.Server.Context.SignIns.Failures;
        for (var i = 0; i < 1000; i++) await failures.NoteAsync($"address {i}", "anonymous", new Dictionary<string, string>());
        var before = (await ReadAsync(server, AuditKinds.SignInFailed)).Count;
        await failures.EndPeriodAsync();
        var entries = await ReadAsync(server, AuditKinds.SignInFailed);
        Assert.Equal((201, 202), (before, entries.Count));
        Assert.Equal("799", entries[^1].Details["count"]);
    }

    [Fact]
    public async Task Has_keys_made_used_and_taken_back()
    {
        await using var server = await TestServer.StartAsync();
        var (_, made) = await server.SendAsync(HttpMethod.Post, Keys(server), """{"name":"ci","role":"operator"}""");
        using (var ci = server.ClientOf(made.GetProperty("key").GetString()!))
        {
            for (var i = 0; i < 3; i++) Assert.Equal(404, (await TestServer.SendAsync(ci, HttpMethod.Get, "nowhere")).Status);
        }

        var id = made.GetProperty("id").GetString()!;
        Assert.Equal(204, (await server.SendAsync(HttpMethod.Delete, $"{Keys(server)}/{id}")).Status);
        await server.RestartAsync();
        var entries = (await ReadAsync(server, AuditKinds.KeyCreated, AuditKinds.KeyUsed, AuditKinds.KeyRevoked)).Where(entry => entry.Details["key"] == id).ToList();
        Assert.Equal([AuditKinds.KeyCreated, AuditKinds.KeyUsed, AuditKinds.KeyRevoked, AuditKinds.KeyUsed], entries.Select(entry => entry.Kind));
        Assert.Equal(("operator", "user:admin", "2"), (entries[0].Details["role"], entries[0].Actor, entries[3].Details["count"]));
    }

    private static string Keys(TestServer server) => new Uri(server.Server.Address, "api/v1/keys").ToString();

    private static string Failure(AuditEntry entry) => $"{entry.Details["presented"]} {entry.Details["reason"]}";

    private static async Task<List<AuditEntry>> ReadAsync(TestServer server, params string[] kinds) =>
        await AuditReader.ReadAsync(server.Directory, new(), TestContext.Current.CancellationToken).Select(line => line.Entry!).Where(entry => kinds.Contains(entry.Kind)).ToListAsync(TestContext.Current.CancellationToken);
}
