using Cadre.Simulator.Answers;
using Cadre.Simulator.BuiltIn;
using Cadre.Simulator.Http;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.Scripts;

/// <summary>A script being played: it counts how often each rule was used. Safe for concurrent use.</summary>
internal sealed class ScriptPlayer(SimulatorScript script, SimulatorOptions options)
{
    private readonly RuleState[] _states = [.. script.Rules.Select((rule, index) => new RuleState(rule, HashCode(options.Seed ?? 0, index)))];

    public IReadOnlyList<string> Models { get; } = options.Models ?? (script.Models is [] ? [SimulatorOptions.BuiltInModel] : script.Models);

    /// <summary>Refuses what the options say this endpoint cannot do.</summary>
    public void RequireServed(Prompt prompt)
    {
        if (options.RefuseUnknownModels && !Models.Contains(prompt.Model))
        {
            throw ListModels.NotFound(prompt.Model);
        }

        if (options.NoJsonSchema && prompt.Format?.Name is not null)
        {
            var param = prompt.Wire == Wire.Chat ? "response_format" : "text.format";
            throw new RequestRefusedException(400, $"Invalid parameter: '{param}' of type 'json_schema' is not supported with this model.", null, param);
        }
    }

    public Answer Answer(Prompt prompt)
    {
        foreach (var state in _states)
        {
            if (state.TryUse(prompt))
            {
                return state.Rule.Then.Make(prompt);
            }
        }

        return script.Otherwise switch
        {
            Otherwise.BuiltIn => BuiltInBehaviour.Respond(prompt),
            Otherwise.Fail => throw new RequestRefusedException(
                400, $"No rule of the script '{script.Name}' matches this request.", "no_rule_matches"),
        };
    }

    public Task DelayAsync(Answer answer, CancellationToken cancellationToken)
    {
        var delay = options.Delay + answer.Delay;
        return delay > TimeSpan.Zero ? Task.Delay(delay, options.TimeProvider, cancellationToken) : Task.CompletedTask;
    }

    private static ulong HashCode(int seed, int index) => unchecked(((ulong)(uint)seed << 32) | (uint)index);
}
