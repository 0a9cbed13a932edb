using Cadre.Engine.Tools;
using Cadre.Server.Identity;

namespace Cadre.Server.Tests.Identity;

public sealed class A_token
{
    [Fact]
    public async Task Lets_its_bearer_in()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = server.ClientOfPerson("alice");
        Assert.Equal(404, (await TestServer.SendAsync(alice, HttpMethod.Get, "nowhere")).Status);
        using var late = server.ClientOf(TestServer.TokenOf("alice", lifetime: TimeSpan.FromMinutes(-5)));
        using var refused = await late.GetAsync("nowhere", TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.StartsWith("Bearer error=\"invalid_token\"", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Gives_the_same_opaque_id_to_the_same_subject_of_the_same_issuer_only()
    {
        var id = Persons.IdOf("https://a.example", "alice");
        Assert.Equal(id, Persons.IdOf("https://a.example", "alice"));
        Assert.Matches("^user_[0-9a-f]{40}$", id);
        Assert.True(new Owner("acme", id).IsPerson);
        Assert.Equal(4, new[] { id, Persons.IdOf("https://b.example", "alice"), Persons.IdOf(null, "https://a.examplealice"), Persons.IdOf("https://a.examplea", "lice") }.Distinct().Count());
    }
}
