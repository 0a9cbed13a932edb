using Cadre.Cli.Terminals;

namespace Cadre.Cli.Running;

/// <summary>A question with yes or no to the person at the terminal.</summary>
internal static class Confirmation
{
    private const int WrongAnswers = 3;

    /// <summary>Null when nobody answered: the input ended, or what was typed was neither yes nor no.</summary>
    public static async Task<bool?> AskAsync(Terminal terminal, string question, CancellationToken cancellationToken)
    {
        for (var i = 0; i < WrongAnswers; i++)
        {
            terminal.Error.Write($"{TerminalText.Clean(question)} [y]es, [n]o: ");
            terminal.Error.Flush();

            // A read from a terminal cannot be cancelled; whoever waits for it can.
            if (await Task.Run(terminal.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken) is not { } line) return null;
            switch (line.Trim().ToLowerInvariant())
            {
                case "y" or "yes":
                    return true;
                case "n" or "no":
                    return false;
            }
        }

        return null;
    }
}
