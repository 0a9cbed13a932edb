using System.Globalization;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Tests.Simulation;

/// <summary>
/// Thousands of runs with random faults, whose drivers are killed between any two effects. A failing seed is named in the message and replays with
/// CADRE_SIMULATION_SEED=N.
/// </summary>
public sealed class A_run_whose_driver_dies
{
    private const int KillsPerSeed = 6;
    private static readonly string[] Changing = ["fire", "probe_fire", "put", "enter"];

    private static int Seeds => int.Parse(Environment.GetEnvironmentVariable("CADRE_SIMULATION_SEEDS") ?? "600", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ends_once_and_as_it_would_have_and_repeats_nothing(bool goal)
    {
        var seeds = Environment.GetEnvironmentVariable("CADRE_SIMULATION_SEED") is { } one
            ? [int.Parse(one, CultureInfo.InvariantCulture)]
            : Enumerable.Range(1, goal ? Seeds / 3 : Seeds);
        var doubts = 0;
        var kills = 0;
        foreach (var seed in seeds)
        {
            var whole = new SimulatedWorld(seed);
            var expected = await whole.RunAsync(goal);
            Check(seed, null, whole);
            var random = new Random(seed);
            for (var i = 0; i < KillsPerSeed; i++)
            {
                var at = random.Next(1, whole.Kill.Passed + 1);
                var world = new SimulatedWorld(seed, at);
                RunState ended;
                try
                {
                    ended = await world.RunAsync(goal);
                }
                catch (Exception e) when (e is not KilledException)
                {
                    throw new InvalidOperationException($"Seed {seed}, killed at {at}: {e.Message}", e);
                }

                kills++;
                Check(seed, at, world);
                if (world.Journal.Runs.Values.Any(log => log.Any(e => e is RunEvent.CallFinished { Result.Status: ToolStatus.InDoubt }))) doubts++;
                else if (!goal || world.InOrder) Same(seed, at, expected, whole, ended, world);
            }
        }

        if (Environment.GetEnvironmentVariable("CADRE_SIMULATION_SEED") is null)
        {
            Assert.True(kills > 1_000, "Too few kills to mean anything.");
            Assert.True(doubts > 5, "The simulation never brought a call in doubt: it does not kill where it matters.");
        }
    }

    private static void Check(int seed, int? at, SimulatedWorld world)
    {
        var where = $"seed {seed}, killed at {at?.ToString(CultureInfo.InvariantCulture) ?? "no point"}";
        var rows = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (run, log) in world.Journal.Runs)
        {
            Assert.True(log.Count(e => e is RunEvent.Ended) == 1 && log[^1] is RunEvent.Ended, $"{where}: {run} has not exactly one terminal event, at its end.");
            var state = new RunState(run);
            var finished = new HashSet<(int Turn, string Call)>();
            foreach (var @event in log)
            {
                if (@event is RunEvent.CallStarted started) Assert.False(finished.Contains((state.Turns, started.CallId)), $"{where}: {run} made {started.CallId} again.");
                if (@event is RunEvent.CallFinished done) Assert.True(finished.Add((state.Turns, done.CallId)), $"{where}: {run} finished {done.CallId} twice.");
                if (@event is RunEvent.CallFinished { Result.Status: ToolStatus.Succeeded } entered
                    && state.Calls.First(call => call.Request.CallId == entered.CallId) is { Start.Effect: Effect.Transactional } call)
                {
                    rows.Add($"{run}-{state.Turns}-{call.Index}");
                }

                state = RunFold.Apply(state, @event);
                Assert.NotNull(RunNext.Next(state));
            }

            Assert.True(state.Spent.Tokens.Total <= 2_000_000 && state.Spent.Calls <= 400, $"{where}: {run} overspent.");
        }

        Assert.True(rows.SetEquals(world.Journal.Rows.Keys), $"{where}: what the records say was entered is not what was.");
        foreach (var tool in Changing)
        {
            foreach (var (key, times) in world.Tools.Deeds(tool)) Assert.True(times == 1, $"{where}: {tool} was done {times} times for {key}.");
        }
    }

    private static void Same(int seed, int at, RunState expected, SimulatedWorld whole, RunState ended, SimulatedWorld world)
    {
        var where = $"seed {seed}, killed at {at}";
        Assert.True(expected.Outcome == ended.Outcome, $"{where}: ended as {ended.Outcome}, not as {expected.Outcome}.");
        foreach (var tool in Changing)
        {
            Assert.True(
                whole.Tools.Deeds(tool).Keys.Order(StringComparer.Ordinal).SequenceEqual(world.Tools.Deeds(tool).Keys.Order(StringComparer.Ordinal)),
                $"{where}: {tool} was not done for the same calls.");
        }
    }
}
