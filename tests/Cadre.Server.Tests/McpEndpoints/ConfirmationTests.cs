using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Guard.Audit;
using Cadre.Server.McpEndpoints;
using Cadre.Storage.Documents;
using Cadre.Testing;
using static Cadre.Server.Tests.McpEndpoints.SignInSteps;

namespace Cadre.Server.Tests.McpEndpoints;

public sealed class A_confirmation_of_a_sign_in
{
    private const string Guess = "AAAA-AAAA";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_what_somebody_lacks_who_made_another_consent()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var mallory = stage.Server.ClientOfPerson("mallory", "default");
        using var alice = stage.Server.ClientOfPerson("alice", "default");

        // Mallory sends Alice the address; Alice consents, and her browser is shown the code.
        var callback = await BrowseAsync(await BeginAsync(mallory), "alice");
        Assert.Equal((409, "sign_in_not_answered"), await ConfirmAsync(mallory, Guess));
        var shown = await CodeAsync(callback);

        Assert.Equal("", CodeIn((await AnswerAsync(callback)).Page));
        for (var i = 1; i < ConfirmationCode.MaxTries; i++) Assert.Equal((400, "wrong_code"), await ConfirmAsync(mallory, Guess));
        Assert.Equal((409, "sign_in_void"), await ConfirmAsync(mallory, Guess));
        Assert.Equal((404, "sign_in_not_found"), await ConfirmAsync(mallory, shown));
        Assert.Equal((404, "sign_in_not_found"), await ConfirmAsync(alice, shown));

        Assert.DoesNotContain(hub.Given, secret => secret.StartsWith("access-", StringComparison.Ordinal));
        Assert.Empty(await KeptAsync(stage));
        Assert.Equal("sign_in_required", await StatusAsync(mallory));
        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(mallory, "hers"));
        Assert.Equal(
            ["sign_in_begun", "sign_in_answered", "sign_in_failed", "sign_in_failed", "sign_in_failed", "sign_in_failed", "sign_in_failed"], await ActionsAsync(stage, "mallory"));
    }

    [Fact]
    public async Task Counts_guesses_that_come_at_one_time()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var mallory = stage.Server.ClientOfPerson("mallory", "default");
        await CodeAsync(await BrowseAsync(await BeginAsync(mallory), "alice"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => ConfirmAsync(mallory, Guess)));

        Assert.Equal(ConfirmationCode.MaxTries - 1, answers.Count(answer => answer.Code == "wrong_code"));
        Assert.Single(answers, answer => answer.Code == "sign_in_void");
        Assert.Equal(16 - ConfirmationCode.MaxTries, answers.Count(answer => answer.Code == "sign_in_not_found"));
    }

    [Fact]
    public async Task Is_the_very_users_who_began_it_and_however_it_is_written()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");
        using var bob = stage.Server.ClientOfPerson("bob", "default");
        using var nobody = new HttpClient { BaseAddress = stage.Server.Http.BaseAddress };
        var never = await RefusalAsync(bob);
        var code = await CodeAsync(await BrowseAsync(await BeginAsync(alice), "alice"));

        Assert.Equal(never, await RefusalAsync(bob, code));
        Assert.Equal((404, "sign_in_not_found"), await ConfirmAsync(stage.Server.Http, code));
        Assert.Equal(401, (await ConfirmAsync(nobody, code)).Status);
        Assert.Equal("sign_in_required", await StatusAsync(alice));

        Assert.Equal((204, null), await ConfirmAsync(alice, code.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant()));
        Assert.Equal("Tool: mine", await EndpointStage.AskAsync(alice, "mine"));
        Assert.Equal("sign_in_required", await StatusAsync(bob));
        Assert.Equal(["sign_in_begun", "sign_in_answered", "signed_in"], await ActionsAsync(stage, "alice"));
    }

    [Fact]
    public async Task For_the_whole_organisation_is_the_administrators_who_began_it()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub, "organisation");
        using var ada = stage.Server.ClientOfPerson("ada", "default", "admin");
        using var olga = stage.Server.ClientOfPerson("olga", "default", "admin");
        using var alice = stage.Server.ClientOfPerson("alice", "default");
        var code = await CodeAsync(await BrowseAsync(await BeginAsync(ada), "the team"));

        Assert.Equal((404, "sign_in_not_found"), await ConfirmAsync(olga, code));
        Assert.Equal(403, (await ConfirmAsync(alice, code)).Status);
        Assert.Equal((204, null), await ConfirmAsync(ada, code));
        Assert.Equal("Tool: for all", await EndpointStage.AskAsync(alice, "for all"));
    }

    [Fact]
    public async Task Is_of_the_newest_sign_in_alone()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");
        var first = await BrowseAsync(await BeginAsync(alice), "alice");
        var second = await BrowseAsync(await BeginAsync(alice), "alice");

        Assert.Equal(400, (await AnswerAsync(first)).Status);
        var former = await CodeAsync(second);
        var third = await BrowseAsync(await BeginAsync(alice), "alice");
        Assert.Single(await KeptAsync(stage));
        Assert.Equal((409, "sign_in_not_answered"), await ConfirmAsync(alice, former));
        var code = await CodeAsync(third);
        Assert.Equal((400, "wrong_code"), await ConfirmAsync(alice, former));
        Assert.Equal((204, null), await ConfirmAsync(alice, code));
        Assert.Empty(await KeptAsync(stage));
    }

    [Fact]
    public async Task Is_not_asked_for_when_the_user_signed_out_or_the_authorization_server_refuses()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");

        var code = await CodeAsync(await BrowseAsync(await BeginAsync(alice), "alice"));
        Assert.Equal(204, (await TestServer.SendAsync(alice, HttpMethod.Delete, $"{EndpointStage.Path}/hub/sign-in")).Status);
        Assert.Equal((404, "sign_in_not_found"), await ConfirmAsync(alice, code));

        var callback = await BrowseAsync(await BeginAsync(alice), "alice");
        var (status, page) = await AnswerAsync(new Uri(callback.AbsoluteUri.Replace("?code=", "?error=access_denied&was=", StringComparison.Ordinal)));
        Assert.Equal((400, ""), (status, CodeIn(page)));
        Assert.Contains("access_denied", page, StringComparison.Ordinal);
        Assert.Equal(400, (await AnswerAsync(callback)).Status);
        Assert.Equal((404, "sign_in_not_found"), await ConfirmAsync(alice, Guess));
        Assert.Equal(["sign_in_begun", "sign_in_answered", "signed_out", "sign_in_begun", "sign_in_failed"], await ActionsAsync(stage, "alice"));
    }

    [Fact]
    public async Task Comes_too_late_after_ten_minutes()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var stage = await EndpointStage.StartAsync(parts => parts with { Time = time });
        await using var hub = await GuardedHub.StartAsync(await stage.FixtureAsync());
        await SetUpAsync(stage, hub);
        using var alice = stage.Server.ClientOfPerson("alice", "default");
        var code = await CodeAsync(await BrowseAsync(await BeginAsync(alice), "alice"));

        time.Advance(PendingSignIns.Patience);

        Assert.Equal((404, "sign_in_not_found"), await ConfirmAsync(alice, code));
        Assert.Equal("sign_in_required", await StatusAsync(alice));
    }

    private static async Task<string> RefusalAsync(HttpClient caller, string code = Guess)
    {
        var (status, body) = await TestServer.SendAsync(caller, HttpMethod.Post, $"{EndpointStage.Path}/hub/sign-in/confirm", $$"""{"code":"{{code}}"}""");
        Assert.Equal(404, status);
        return body.GetProperty("title").GetString()!;
    }

    /// <summary>The sign-ins under way.</summary>
    private static async Task<IReadOnlyList<Document>> KeptAsync(EndpointStage stage) =>
        (await stage.Server.Server.Context.Store.ListAsync(Scope.Everything, new(PendingSignIns.Kind), Stop))!.Items;

    /// <summary>What the audit has of this user's sign-ins, in order.</summary>
    private static async Task<List<string>> ActionsAsync(EndpointStage stage, string user) => await AuditReader.ReadAsync(stage.Server.Directory, new(), Stop)
        .Select(line => line.Entry!).Where(entry => entry.Kind == AuditKinds.McpEndpoint && entry.Details["user"] == TestServer.PersonOf(user)).Select(entry => entry.Details["action"]).ToListAsync(Stop);
}
