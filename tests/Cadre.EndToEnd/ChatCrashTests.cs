using System.Diagnostics;
using System.Globalization;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Cadre.Storage.Sqlite;

namespace Cadre.EndToEnd;

/// <summary>
/// A server that is killed between any two steps of "Create a task called Buy groceries", many users' turns at a time: each message that was taken makes exactly one task, and
/// goes to its end by itself. CADRE_TEST_KILLS sets how many.
/// </summary>
public sealed class A_chat_that_is_killed
{
    private const int Users = 25;

    /// <summary>Its multiples modulo 1 fall evenly: the kills meet a turn at ever new places.</summary>
    private const double Golden = 0.618033988749895;

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("CADRE_TEST_KILLS") ?? "30", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Makes_exactly_one_task_of_each_message()
    {
        using var shared = new Place();
        using var place = new Place();
        await using var simulated = await Simulated.StartAsync(shared, "--script", Path.Combine(AppContext.BaseDirectory, "chat-crash.yaml"));
        place.Command.Set("CADRE_JWT_SECRET", ChatUser.Secret).Set("CADRE_USER_REQUESTS_PER_MINUTE", "1000000");
        await using var served = await Served.StartAsync(place, simulated.BaseUrl);
        var users = Enumerable.Range(0, Users).Select(number => ChatUser.Of(served, number)).ToList();
        var length = await MeasureAsync(users);
        using var enough = new CancellationTokenSource();
        var talking = users.Select((user, number) => Task.Run(() => TalkAsync(user, number, length, enough.Token))).ToArray();
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(length * (0.1 + (kill * Golden % 1 * 1.5)));
            await served.KillAsync();
            await served.StartAgainAsync();
            var failed = talking.FirstOrDefault(one => one.IsFaulted);
            if (failed is not null) await failed;
        }

        await enough.CancelAsync();
        await Task.WhenAll(talking);
        foreach (var user in users) await user.CheckAsync();
        (await place.Command.RunAsync("audit", "verify", "--server")).Exits(0);
        Assert.Equal(0, await served.TerminateAsync());
        var messages = users.Sum(user => user.Conversations.Count);
        var (before, after) = await CheckJournalsAsync(place, messages);
        var interrupted = users.Sum(user => user.Interrupted);
        foreach (var user in users) user.Dispose();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Kills} kills met {interrupted} requests of {messages} turns of {length.TotalMilliseconds:0} ms: {before} times a run was left before its task was made, {after} times after; {users.Sum(user => user.Untaken)} messages were not taken and sent again.");
        Assert.True(interrupted >= Kills, $"Only {interrupted} requests were interrupted.");
        Assert.True(before >= Kills / 4 && after >= Kills / 4, $"{before} runs were left before their task was made, {after} after: the kills miss what they are for.");
    }

    /// <summary>How long a turn takes among others.</summary>
    private static async Task<TimeSpan> MeasureAsync(List<ChatUser> users)
    {
        await Task.WhenAll(users.Select(user => user.SayAsync()));
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(users.Select(user => user.SayAsync()));
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Users do not begin together, so that each kill meets turns at different places.</summary>
    private static async Task TalkAsync(ChatUser user, int number, TimeSpan length, CancellationToken enough)
    {
        for (var turn = 0; !enough.IsCancellationRequested; turn++)
        {
            await Task.Delay(length * ((number + turn) * Golden % 1), CancellationToken.None);
            await user.SayAsync();
        }
    }

    /// <summary>Each run's journal says once what was done; gives how many were left by a driver before their task was made, and after.</summary>
    private static async Task<(int Before, int After)> CheckJournalsAsync(Place place, int messages)
    {
        var (runs, before, after) = (0, 0, 0);
        await using var store = await SqliteStore.OpenAsync(Path.Combine(place.Command.State, "server"), null, TimeProvider.System, CancellationToken.None);
        await foreach (var run in store.Journal.ListAsync(CancellationToken.None))
        {
            runs++;
            var (made, ended) = (0, 0);
            await foreach (var @event in store.Journal.ReadAsync(run, 0, CancellationToken.None))
            {
                switch (@event)
                {
                    case RunEvent.Resumed when made == 0:
                        before++;
                        break;
                    case RunEvent.Resumed:
                        after++;
                        break;
                    case RunEvent.CallFinished { Result.Status: ToolStatus.Succeeded }:
                        made++;
                        break;
                    case RunEvent.Ended { Outcome.Status: RunStatus.Completed }:
                        ended++;
                        break;
                    case RunEvent.CallFinished or RunEvent.Ended or RunEvent.Paused:
                        Assert.Fail($"Run {run}: {@event}");
                        break;
                }
            }

            Assert.Equal((1, 1), (made, ended));
        }

        Assert.Equal(messages, runs);
        return (before, after);
    }
}
