using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Server.Tests.Chat;

public sealed class An_interrupted_answer
{
    [Theory]
    [InlineData("resume", "completed")]
    [InlineData("cancel", "cancelled")]
    public async Task Is_told_without_insides_and_can_be_brought_to_an_end(string command, string ended)
    {
        var broken = new BrokenSource();
        await using var server = await TestServer.StartAsync("rules: [ { then: { text: Ready. } } ]", parts => parts with { Tools = [broken] });
        using var alice = People.SignIn(server, "alice");
        var (status, problem) = await alice.SayAsync("hello");
        Assert.Equal((500, "internal_error"), (status, problem.GetProperty("code").GetString()));
        Assert.DoesNotContain("Exception", problem.GetRawText(), StringComparison.Ordinal);
        var conversation = problem.GetProperty("conversation_id").GetString();
        Assert.Equal("failed", (await alice.GetAsync($"chat/conversations/{conversation}")).Body.GetProperty("status").GetString());
        var (busy, refused) = await alice.SayAsync("again", conversation);
        Assert.Equal((409, "conversation_interrupted"), (busy, refused.GetProperty("code").GetString()));

        broken.IsBroken = false;
        var (brought, answer) = await alice.PostAsync($"chat/conversations/{conversation}/{command}");
        Assert.Equal((200, ended), (brought, answer.GetProperty("status").GetString()));
        Assert.Equal(200, (await alice.SayAsync("again", conversation)).Status);
    }

    /// <summary>A source of tools with a bug.</summary>
    private sealed class BrokenSource : IToolSource
    {
        public volatile bool IsBroken = true;

        public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) =>
            IsBroken ? throw new InvalidOperationException("A bug.") : ValueTask.FromResult<IReadOnlyList<ITool>>([]);
    }
}
