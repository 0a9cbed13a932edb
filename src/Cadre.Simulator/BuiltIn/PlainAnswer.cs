using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>The answer when nothing else fits: what tools returned, or a plain word about what this is.</summary>
internal static class PlainAnswer
{
    private const int MaxGist = 200;

    public static Answer Make(Prompt prompt) => Answer.Say(Text(prompt));

    public static string Text(Prompt prompt)
    {
        if (prompt.Exchanges.Count > 0)
        {
            return Digest.Of(prompt.Exchanges);
        }

        var gist = Quote.Line(prompt.LastUser, MaxGist);
        return gist.Length == 0
            ? "This is Cadre's built-in simulator: no language model is configured."
            : $"This is Cadre's built-in simulator: no language model is configured, so I can only act on simple requests. You said: “{gist}”";
    }
}
