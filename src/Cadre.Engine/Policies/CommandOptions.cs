using System.Collections.Immutable;

namespace Cadre.Engine.Policies;

/// <summary>
/// The options of a command whose own grammar is unknown. Two readings: what is surely given, and what could be meant (abbreviated long options,
/// clustered short ones, one dash for two, options after "--").
/// </summary>
internal sealed class CommandOptions
{
    private readonly List<string> _options = [];
    private readonly List<string> _afterTerminator = [];
    private readonly List<string> _operands = [];

    public CommandOptions(ReadOnlySpan<string> arguments)
    {
        bool ended = false, settled = false;
        foreach (var word in arguments)
        {
            if (!ended && word == "--")
            {
                ended = true;
                continue;
            }

            if (IsOption(word)) (ended ? _afterTerminator : _options).Add(word);
            if (IsOption(word) && !ended) continue;

            _operands.Add(word);
            if (settled) continue;
            PossibleSubcommands.Add(word);
            settled = _operands.Count > _options.Count;
        }
    }

    /// <summary>Arguments that are no options; an option's separate value is among them.</summary>
    public IReadOnlyList<string> Operands => _operands;

    /// <summary>The first operand, and those behind it that are the first one if options before them take a value.</summary>
    public List<string> PossibleSubcommands { get; } = [];

    public bool SurelyHas(string option) => _options.Any(word => word == option || word.StartsWith(option + "=", StringComparison.Ordinal));

    public bool PossiblyHas(string option) => _options.Concat(_afterTerminator).Any(word => MayMean(word, option));

    /// <summary>Every option is one of these: "--name" with or without a value, "-x" alone, in a cluster, or with digits behind it; "-NUM" allows "-5".</summary>
    public bool HasOnly(ImmutableArray<string> allowed) => _options.Concat(_afterTerminator).All(word => IsOneOf(word, allowed));

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    private static string NameOf(string word) => word.IndexOf('=') is var at and > 0 ? word[..at] : word;

    private static bool MayMean(string word, string option)
    {
        var name = NameOf(word);
        if (name == option || word == option) return true;

        var given = name.TrimStart('-');
        var wanted = option.TrimStart('-');
        if (option.Length == 2) return word[1] != '-' && word.Contains(option[1], StringComparison.Ordinal);
        if (given == wanted) return true;
        return word.StartsWith("--", StringComparison.Ordinal) && option.StartsWith("--", StringComparison.Ordinal)
            && given.Length > 0 && wanted.StartsWith(given, StringComparison.Ordinal);
    }

    private static bool IsOneOf(string word, ImmutableArray<string> allowed)
    {
        if (allowed.Contains(word) || (word.StartsWith("--", StringComparison.Ordinal) && allowed.Contains(NameOf(word)))) return true;
        if (word.StartsWith("--", StringComparison.Ordinal)) return false;

        var letters = word[1..].TrimEnd("0123456789".ToCharArray());
        return letters.Length > 0
            ? letters.All(letter => allowed.Contains($"-{letter}"))
            : allowed.Contains("-NUM");
    }
}
