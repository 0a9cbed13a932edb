using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.Scripts;

/// <summary>How often a rule matched and was used, and its sequence of chances.</summary>
internal sealed class RuleState(Rule rule, ulong seed)
{
    private readonly Lock _gate = new();
    private int _matched;
    private int _used;
    private ulong _draws;

    public Rule Rule => rule;

    /// <summary>Whether the rule answers this prompt; if so, it counts as used.</summary>
    public bool TryUse(Prompt prompt)
    {
        if (!rule.When.Matches(prompt))
        {
            return false;
        }

        lock (_gate)
        {
            if (rule.Chance < 1 && Draw() >= rule.Chance)
            {
                return false;
            }

            if (_matched++ < rule.Skip || _used >= rule.Times)
            {
                return false;
            }

            _used++;
            return true;
        }
    }

    /// <summary>The n-th matching request draws the same number in every run with the same seed (SplitMix64).</summary>
    private double Draw()
    {
        var state = unchecked((seed + 1) * 0xD1342543DE82EF95 + ++_draws * 0x9E3779B97F4A7C15);
        state = unchecked((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9);
        state = unchecked((state ^ (state >> 27)) * 0x94D049BB133111EB);
        state ^= state >> 31;
        return (state >> 11) * (1.0 / (1UL << 53));
    }
}
