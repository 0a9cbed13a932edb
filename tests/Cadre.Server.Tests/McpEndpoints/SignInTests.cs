using Cadre.Server.McpEndpoints;
using Cadre.Storage.Documents;
using static Cadre.Server.Tests.McpEndpoints.SignInSteps;

namespace Cadre.Server.Tests.McpEndpoints;

public sealed class A_sign_in_to_an_MCP_endpoint
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gives_each_user_the_own_token_and_nobody_elses()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");
        using var bob = stage.Server.ClientOfPerson("bob", "default");

        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(alice, "hi"));
        Assert.Equal("sign_in_required", await StatusAsync(alice));
        Assert.Empty(hub.Headers);
        await SignInAsync(alice, hub, "alice");

        Assert.Equal("Tool: from alice", await EndpointStage.AskAsync(alice, "from alice"));
        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(bob, "hi"));
        Assert.Equal("sign_in_required", await StatusAsync(bob));
        await SignInAsync(bob, hub, "bob");
        Assert.Equal("Tool: from bob", await EndpointStage.AskAsync(bob, "from bob"));
        Assert.Equal("Tool: again", await EndpointStage.AskAsync(alice, "again"));

        Assert.Equal(["alice", "bob", "alice"], hub.Callers);
        Assert.Equal(204, (await TestServer.SendAsync(alice, HttpMethod.Delete, $"{EndpointStage.Path}/hub/sign-in")).Status);
        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(alice, "out"));
        Assert.Equal("Tool: still in", await EndpointStage.AskAsync(bob, "still in"));
    }

    [Fact]
    public async Task Leaves_no_token_in_the_clear_and_survives_a_restart()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using (var alice = stage.Server.ClientOfPerson("alice", "default"))
        {
            await SignInAsync(alice, hub, "alice");
            await EndpointStage.AskAsync(alice, "first");
            var token = hub.Given.Single(secret => secret.StartsWith("access-", StringComparison.Ordinal));
            Assert.Equal("Tool: it is ${access_token}", await EndpointStage.AskAsync(alice, $"it is {token}"));
            hub.ExpireAccess();
            await EndpointStage.AskAsync(alice, "second");
        }

        await stage.Server.RestartAsync(EndpointStage.Allowing);
        using var again = stage.Server.ClientOfPerson("alice", "default");
        Assert.Equal("Tool: third", await EndpointStage.AskAsync(again, "third"));

        await stage.Server.Server.StopAsync(TimeSpan.Zero);
        var (state, first) = (stage.State(), hub.Given.First(secret => secret.StartsWith("access-", StringComparison.Ordinal)));
        // The one that a user wrote into the own question is in that question, and nowhere else.
        Assert.All(hub.Given.Where(secret => secret != first), secret => Assert.DoesNotContain(secret, state, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_refreshed_once_however_many_calls_wait_for_it()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");
        await SignInAsync(alice, hub, "alice");
        await EndpointStage.AskAsync(alice, "warm");
        var (before, refreshes) = (hub.Callers.Count, hub.Refreshes);
        hub.ExpireAccess();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => EndpointStage.AskAsync(alice, $"call {i}")));

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"Tool: call {i}"), answers);
        Assert.Equal(10, hub.Callers.Count - before);
        Assert.Equal(1, hub.Refreshes - refreshes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Goes_on_with_rotated_refresh_tokens_and_with_ones_that_stay(bool stays)
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        hub.KeepsRefreshTokenToItself = stays;
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");
        await SignInAsync(alice, hub, "alice");
        for (var i = 0; i < 3; i++)
        {
            hub.ExpireAccess();
            Assert.Equal($"Tool: turn {i}", await EndpointStage.AskAsync(alice, $"turn {i}"));
        }

        Assert.Equal(3, hub.Refreshes);
    }

    [Fact]
    public async Task That_is_revoked_is_needed_anew()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");
        await SignInAsync(alice, hub, "alice");
        await EndpointStage.AskAsync(alice, "in");
        hub.RevokeAll();

        var (_, health) = await TestServer.SendAsync(alice, HttpMethod.Get, $"{EndpointStage.Path}/hub/health");

        Assert.Equal("sign_in_required", health.GetProperty("status").GetString());
        Assert.Equal("sign_in_required", await StatusAsync(alice));
        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(alice, "out"));
        await SignInAsync(alice, hub, "alice");
        Assert.Equal("Tool: back", await EndpointStage.AskAsync(alice, "back"));
    }

    [Fact]
    public async Task Answered_by_another_issuer_or_twice_or_with_another_state_is_none()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");

        hub.Iss = "https://evil.example.com";
        Assert.Equal(400, (await AnswerAsync(await BrowseAsync(await BeginAsync(alice), "alice"))).Status);
        hub.Iss = null;
        var callback = await BrowseAsync(await BeginAsync(alice), "alice");
        Assert.Equal(400, (await AnswerAsync(new Uri(callback.AbsoluteUri.Replace("state=", "state=x", StringComparison.Ordinal)))).Status);
        var code = await CodeAsync(callback);
        var (status, page) = await AnswerAsync(callback);
        Assert.Equal((400, ""), (status, CodeIn(page)));
        Assert.Equal("sign_in_required", await StatusAsync(alice));
        Assert.Equal((204, null), await ConfirmAsync(alice, code));
        Assert.Equal((404, "sign_in_not_found"), await ConfirmAsync(alice, code));
        Assert.NotEqual("sign_in_required", await StatusAsync(alice));
    }

    [Fact]
    public async Task Begun_and_answered_before_a_restart_is_completed_after_it()
    {
        await using var stage = await EndpointStage.StartAsync(parts => parts with { PublicUrl = new("http://cadre.test:81/base") });
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        Uri callback;
        using (var alice = stage.Server.ClientOfPerson("alice", "default")) callback = await BrowseAsync(await BeginAsync(alice), "alice");
        Assert.StartsWith("http://cadre.test:81/base/api/v1/mcp/callback?", callback.AbsoluteUri, StringComparison.Ordinal);

        await stage.Server.RestartAsync(EndpointStage.Allowing);

        var code = await CodeAsync(new Uri(stage.Server.Server.Address, "/api/v1/mcp/callback" + callback.Query));
        await stage.Server.RestartAsync(EndpointStage.Allowing);
        using var again = stage.Server.ClientOfPerson("alice", "default");
        Assert.Equal((204, null), await ConfirmAsync(again, code));
        Assert.Equal("Tool: hello", await EndpointStage.AskAsync(again, "hello"));
    }

    [Fact]
    public async Task Moved_to_another_user_does_not_open()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");
        using var bob = stage.Server.ClientOfPerson("bob", "default");
        await SignInAsync(alice, hub, "alice");
        await SignInAsync(bob, hub, "bob");
        var store = stage.Server.Server.Context.Store;
        var grants = (await store.ListAsync(Scope.Everything, new(DocumentVault.Kind), Stop))!.Items;
        var (hers, his) = (Of("alice"), Of("bob"));

        await store.CommitAsync([new Change.Replace(his with { Body = hers.Body })], Stop);

        Assert.Equal("sign_in_required", await StatusAsync(bob));
        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(bob, "as alice"));
        Assert.Equal("Tool: as alice", await EndpointStage.AskAsync(alice, "as alice"));
        Assert.DoesNotContain("bob", hub.Callers);

        Document Of(string user) => grants.Single(grant => grant.Owner.User == TestServer.PersonOf(user));
    }

    [Fact]
    public async Task For_the_whole_organisation_is_an_administrators()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub, "organisation");
        using var alice = stage.Server.ClientOfPerson("alice", "default");

        Assert.Equal(403, (await TestServer.SendAsync(alice, HttpMethod.Post, $"{EndpointStage.Path}/hub/sign-in", "{}")).Status);
        await SignInAsync(stage.Server.Http, hub, "the team");

        Assert.Equal("Tool: for all", await EndpointStage.AskAsync(alice, "for all"));
        Assert.Equal(["the team"], hub.Callers);
    }

    [Theory]
    [InlineData("resource", "https://evil.example.com/mcp")]
    [InlineData("token_endpoint", "https://169.254.169.254/token")]
    [InlineData("token_endpoint", "http://mcp.example.com/token")]
    [InlineData("token_endpoint", "file:///etc/passwd")]
    [InlineData("metadata", """{"issuer":"https://evil.example.com","authorization_endpoint":"https://evil.example.com/a","token_endpoint":"https://evil.example.com/t","code_challenge_methods_supported":["S256"]}""")]
    [InlineData("metadata", """{"issuer":"ROOT","authorization_endpoint":"javascript:alert(1)","token_endpoint":"ROOT/token","code_challenge_methods_supported":["S256"]}""")]
    [InlineData("metadata", """{"issuer":"ROOT","authorization_endpoint":"ROOT/authorize","token_endpoint":"ROOT/token"}""")]
    [InlineData("metadata", """{"issuer":"ROOT","authorization_endpoint":"ROOT/authorize","token_endpoint":"ROOT/token","registration_endpoint":"http://10.0.0.1/register","code_challenge_methods_supported":["S256"]}""")]
    [InlineData("metadata", """{"issuer":"ROOT","authorization_endpoint":"ROOT/authorize","token_endpoint":"ROOT/token","registration_endpoint":"https://10.0.0.1/register","code_challenge_methods_supported":["S256"]}""")]
    [InlineData("metadata", """not json""")]
    public async Task Led_astray_by_metadata_ends_before_any_secret_leaves(string what, string value)
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        value = value.Replace("ROOT", hub.Root, StringComparison.Ordinal);
        if (what == "resource") hub.Resource = value;
        else if (what == "metadata") hub.Metadata = value;
        else hub.TokenEndpoint = value;
        using var alice = stage.Server.ClientOfPerson("alice", "default");

        var (status, body) = await TestServer.SendAsync(alice, HttpMethod.Post, $"{EndpointStage.Path}/hub/sign-in", "{}");

        // An https address that looks like any other is only found out when it is dialled.
        if (status == 200) Assert.Equal((502, "sign_in_unavailable"), await ConfirmAsync(alice, await CodeAsync(await BrowseAsync(body.GetProperty("authorization_url").GetString()!, "alice"))));
        else Assert.Equal((502, "sign_in_unavailable"), (status, body.GetProperty("code").GetString()));
        Assert.Equal("sign_in_required", await StatusAsync(alice));
    }

    [Fact]
    public async Task Is_not_there_for_another_organisation()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var eve = stage.Server.ClientOfPerson("eve", "other");

        Assert.Equal(404, (await TestServer.SendAsync(eve, HttpMethod.Post, $"{EndpointStage.Path}/hub/sign-in", "{}")).Status);
        Assert.Equal((404, "endpoint_not_found"), await ConfirmAsync(eve, "ABCD-2345"));
        Assert.Equal(404, (await TestServer.SendAsync(eve, HttpMethod.Delete, $"{EndpointStage.Path}/hub/sign-in")).Status);
        Assert.Empty(hub.Headers);
    }
}
