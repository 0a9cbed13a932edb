using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Running;

/// <summary>Asks the person at the terminal about one call, with its exact arguments, the rule and the reason.</summary>
internal sealed class ApprovalPrompt(Terminal terminal, string author)
{
    /// <summary>More of the arguments is shown by <c>cadre show</c>; a prompt that scrolls away cannot be judged.</summary>
    private const int ArgumentsShown = 4_000;
    private const int WrongAnswers = 3;

    /// <summary>Null when nobody decided: the input ended, or what was typed was neither yes nor no.</summary>
    public async Task<Decision?> AskAsync(PendingApproval pending, CancellationToken cancellationToken)
    {
        terminal.Say("");
        terminal.Say(Question(pending));
        for (var i = 0; i < WrongAnswers; i++)
        {
            terminal.Error.Write("Approve? [y]es, [n]o, or n and a reason for the model: ");
            terminal.Error.Flush();
            if (await ReadLineAsync(cancellationToken) is not { } line) return null;
            if (Read(line) is { } decision) return decision;
        }

        return null;
    }

    internal static string Question(PendingApproval pending)
    {
        var arguments = CallText.Whole(pending.Request);
        if (arguments.Length > ArgumentsShown) arguments = $"{arguments[..ArgumentsShown]}\n… {TerminalText.Plural(arguments.Length - ArgumentsShown, "more character")}; see: cadre show {pending.Run} --events";
        var why = pending.Asked.Reason switch
        {
            ApprovalReason.Policy => "The policy wants a person to see this call.",
            ApprovalReason.InDoubt => "This call was interrupted and may have happened. Yes makes it again; no takes it as done.",
            ApprovalReason.RepeatOfDoubt => "The same call was interrupted before and may have happened then.",
        };
        return $"? {pending.Request.Tool}\n{Indented(arguments)}\n  {why}\n  Rule {pending.Asked.Rule}: {pending.Asked.Because}";
    }

    private Decision? Read(string line)
    {
        var words = line.Trim().Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
        var comment = words.Length > 1 ? words[1] : null;
        return words.FirstOrDefault()?.ToLowerInvariant() switch
        {
            "y" or "yes" => new(true, author, comment),
            "n" or "no" => new(false, author, comment),
            _ => null,
        };
    }

    /// <summary>A read from a terminal cannot be cancelled; whoever waits for it can.</summary>
    private Task<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        Task.Run(terminal.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);

    private static string Indented(string text) => string.Join('\n', text.Split('\n').Select(line => "    " + line));
}
