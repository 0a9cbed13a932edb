using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>The answer when nothing else fits: what tools returned, or a plain word about what this is.</summary>
internal static class PlainAnswer
{
    private const int MaxGist = 200;
    private const int MaxSummary = 12_000;
    private const string Material = "<material>";

    public static Answer Make(Prompt prompt) => Answer.Say(Text(prompt));

    public static string Text(Prompt prompt)
    {
        if (prompt.Exchanges.Count > 0)
        {
            return Digest.Of(prompt.Exchanges);
        }

        if (prompt.LastUser.StartsWith(Material, StringComparison.Ordinal))
        {
            // To sum up is to choose; without understanding, the material is kept as it is, cut in the middle.
            return Quote.Middle(MessageBlocks.WithoutMarks(prompt.LastUser), MaxSummary);
        }

        var gist = Quote.Line(prompt.LastUser, MaxGist);
        return gist.Length == 0
            ? "This is Cadre's built-in simulator: no language model is configured."
            : $"This is Cadre's built-in simulator: no language model is configured, so I can only act on simple requests. You said: “{gist}”";
    }
}
