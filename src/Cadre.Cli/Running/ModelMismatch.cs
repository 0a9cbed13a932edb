using Cadre.Cli.Hosting;
using Cadre.Cli.Settings;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Running;

/// <summary>A run keeps the names of its models. Resumed with another endpoint, these may mean nothing there; that is said, and tried all the same.</summary>
internal static class ModelMismatch
{
    /// <summary>What to tell the person; null when nothing speaks against it. Asks no network: it knows what an earlier probe found.</summary>
    public static async Task<string?> FindAsync(RunDefinition definition, CadreHost host)
    {
        var before = definition.Metadata.GetValueOrDefault(GoalDefinition.EndpointKey);
        if (host.Settings.Endpoint is not { } endpoint)
        {
            return before is null or GoalDefinition.BuiltInSimulator
                ? null
                : $"cadre: the run began with {before}; the built-in simulator plays its model '{definition.Agent.Model}' now. → to go on with the model: export {SettingNames.BaseUrl}=…";
        }

        if (before == GoalDefinition.BuiltInSimulator)
            return $"cadre: the run began with the built-in simulator, and asks {endpoint.Authority} for the model '{definition.Agent.Model}'. → if that has none of this name, give the goal anew: cadre run \"…\"";

        var card = (await host.ConnectAsync()).Model.Card;
        var missing = Names(definition).Where(name => card.For(name).Answers is { Value: false } || (!card.Listed.IsEmpty && card.Listed.All(listed => listed.Id != name))).ToArray();
        return missing.Length == 0
            ? null
            : $"cadre: {endpoint.Authority} is not known to have {string.Join(" and ", missing.Select(name => $"'{name}'"))}, which the run keeps asking for. → see: cadre models list; to use another model, give the goal anew: cadre run -m MODEL \"…\"";
    }

    private static IEnumerable<string> Names(RunDefinition definition) =>
        new[] { definition.Agent.Model, definition.Goal?.Planner.Model, definition.Goal?.Reviewer.Model }.OfType<string>().Distinct(StringComparer.Ordinal);
}
