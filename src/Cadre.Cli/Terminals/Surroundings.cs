using System.Collections;

namespace Cadre.Cli.Terminals;

/// <summary>What the command was started in: everything of the process that a command may look at.</summary>
internal sealed record Surroundings(Terminal Terminal, IReadOnlyDictionary<string, string> Variables, string Directory, TimeProvider Time)
{
    public static Surroundings OfProcess()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return new(Terminal.OfProcess(variables), variables, Environment.CurrentDirectory, TimeProvider.System);
    }
}
