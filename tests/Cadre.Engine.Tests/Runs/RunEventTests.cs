using Cadre.Engine.Runs;

namespace Cadre.Engine.Tests.Runs;

public sealed class A_run_event
{
    [Fact]
    public void Has_a_specimen_in_every_case() => Assert.Equal(
        typeof(RunEvent).GetNestedTypes().Select(type => type.Name).Order(StringComparer.Ordinal),
        Specimens.Events.Select(e => e.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Has_at_most_twenty_cases() => Assert.True(typeof(RunEvent).GetNestedTypes().Length <= 20);

    [Fact]
    public void Keeps_everything_in_the_journals_form()
    {
        foreach (var specimen in Specimens.Events)
        {
            var text = Specimens.Text(specimen);
            Assert.Equal(text, Specimens.Text(Specimens.RoundTrip(specimen)));
        }
    }

    [Fact]
    public void Reads_the_form_that_was_written_by_the_first_release()
    {
        // Written once, read for ever: a line of this file is never changed, only added.
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Runs", "events-1.jsonl"));
        Assert.Equal(Specimens.Events.Select(Specimens.Text), lines.Select(line => Specimens.Text(System.Text.Json.JsonSerializer.Deserialize(line, RunJson.Default.RunEvent)!)));
    }

    [Fact]
    public void Folds_in_any_order()
    {
        var random = new Random(1);
        for (var round = 0; round < 2_000; round++)
        {
            var state = new RunState(RunId.Parse("fold"));
            for (var i = 0; i < 30; i++)
            {
                state = RunFold.Apply(state, Specimens.Events[random.Next(Specimens.Events.Count)]);
                Assert.NotNull(RunNext.Next(state));
                Assert.Equal(i + 1, state.Version);
            }
        }
    }
}
