using Cadre.Cli.Hosting;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Commands;

/// <summary>Finds the run that a person means: an id, the beginning of one, or <c>last</c>.</summary>
internal static class RunLookup
{
    public const string ArgumentHelp = "The run's id, the beginning of it, or 'last'.";
    private const int ShownMatches = 5;

    /// <exception cref="CommandRefusedException">There is none, or more than one.</exception>
    public static async ValueTask<RunId> FindAsync(IJournal journal, string text, CancellationToken cancellationToken)
    {
        var matches = new List<RunId>();
        await foreach (var id in journal.ListAsync(cancellationToken))
        {
            if (text == "last" && id.Parent is null) return id;
            if (id.ToString() == text) return id;
            if (id.Parent is null && id.ToString().StartsWith(text, StringComparison.Ordinal)) matches.Add(id);
        }

        return matches.Count switch
        {
            1 => matches[0],
            0 => throw new CommandRefusedException(text == "last" ? "There are no runs." : $"There is no run '{text}'.", "cadre runs"),
            _ => throw new CommandRefusedException($"'{text}' is the beginning of {matches.Count} runs: {string.Join(", ", matches.Take(ShownMatches))}."),
        };
    }
}
