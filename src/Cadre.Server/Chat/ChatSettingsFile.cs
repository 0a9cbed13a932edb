using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Cadre.Engine.Budgets;
using Cadre.Engine.Policies;
using Cadre.Tools.Bundles;

namespace Cadre.Server.Chat;

/// <summary>chat.yaml: what an operator changes of <see cref="ChatSettings"/> (docs/chat.md).</summary>
internal static class ChatSettingsFile
{
    public const string Name = "chat.yaml";
    private const int MaxBytes = 256 << 10;
    private const int MaxInstructions = 100_000;
    private const int MaxPatterns = 64;
    private const int MaxTurns = 1_000;
    private const int MaxNameLength = 256;
    private static readonly string[] Keys = ["model", "instructions", "tools", "max_turns", "budget", "daily"];
    private static readonly string[] BudgetKeys = ["tokens", "calls", "wall", "money"];
    private static readonly string[] DailyKeys = ["tokens", "money"];

    /// <summary>A file that is not there changes nothing.</summary>
    /// <param name="problem">With file and line.</param>
    public static bool TryRead(string path, ChatSettings defaults, [NotNullWhen(true)] out ChatSettings? settings, [NotNullWhen(false)] out string? problem)
    {
        (settings, problem) = (null, null);
        var at = 1;
        try
        {
            var found = new FileInfo(path);
            if (!found.Exists) settings = defaults;
            else if (found.Length > MaxBytes) problem = $"{path}: more than {MaxBytes >> 10} KiB";
            else if (YamlNode.Parse(File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)), out var flaw) is { } root) settings = Read(root, defaults, ref at);
            else problem = $"{path}:{flaw!.Line}: {flaw.Reason.TrimEnd('.')}";
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            problem = $"{path}:{at}: {failure.Message}";
        }

        return settings is not null;
    }

    private static ChatSettings Read(YamlNode root, ChatSettings settings, ref int at)
    {
        foreach (var (key, value) in Members(root, Keys, ref at))
        {
            settings = key switch
            {
                "model" => settings with { Model = Text(value, MaxNameLength) },
                "instructions" => settings with { Instructions = Text(value, MaxInstructions) },
                "tools" => settings with { Tools = Patterns(value, ref at) },
                "max_turns" => settings with { MaxTurns = (int)Number(value, MaxTurns) },
                "budget" => settings with { Budget = ReadBudget(value, settings.Budget, ref at) },
                _ => settings with { Daily = ReadDaily(value, ref at) },
            };
        }

        return settings;
    }

    private static Budget ReadBudget(YamlNode node, Budget budget, ref int at)
    {
        foreach (var (key, value) in Members(node, BudgetKeys, ref at))
        {
            budget = key switch
            {
                "tokens" => budget with { Tokens = Number(value, long.MaxValue) },
                "calls" => budget with { Calls = (int)Number(value, int.MaxValue) },
                "wall" => budget with { Wall = Seconds(value) },
                _ => budget with { Money = Money(value) },
            };
        }

        return budget;
    }

    private static DailyBudget ReadDaily(YamlNode node, ref int at)
    {
        var daily = new DailyBudget(null, null);
        foreach (var (key, value) in Members(node, DailyKeys, ref at))
            daily = key == "tokens" ? daily with { Tokens = Number(value, long.MaxValue) } : daily with { Money = Money(value) };
        return daily;
    }

    private static List<(string Key, YamlNode Value)> Members(YamlNode node, string[] known, ref int at)
    {
        at = node.Line;
        if (node.Members is not { } members) throw new FormatException($"a map with the keys {string.Join(", ", known)} is expected");
        var read = new List<(string, YamlNode)>();
        foreach (var (key, value) in members)
        {
            at = key.Line;
            if (!known.Contains(key.Text)) throw new FormatException($"there is no key '{key.Text}'; known are {string.Join(", ", known)}");
            read.Add((key.Text!, value));
        }

        return read;
    }

    private static ImmutableArray<string> Patterns(YamlNode node, ref int at)
    {
        if (node.Items is not { Count: <= MaxPatterns } items) throw new FormatException($"'tools' is a list of at most {MaxPatterns} name patterns such as todo_*");
        var patterns = ImmutableArray.CreateBuilder<string>(items.Count);
        foreach (var item in items)
        {
            at = item.Line;
            patterns.Add(item.Text is { } pattern && Glob.TryParse(pattern, out _, out _) ? pattern : throw new FormatException("a pattern of 'tools' is a name in which '*' stands for any characters"));
        }

        return patterns.ToImmutable();
    }

    private static string Text(YamlNode node, int max) =>
        node.Text is { Length: > 0 } text && text.Length <= max ? text : throw new FormatException($"a text of 1 to {max} characters is expected");

    private static long Number(YamlNode node, long max) =>
        long.TryParse(node.Text?.Replace("_", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= max
            ? number
            : throw new FormatException("a whole number above 0 is expected");

    private static decimal Money(YamlNode node) =>
        decimal.TryParse(node.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var money) && money > 0 ? money : throw new FormatException("an amount of US dollars above 0 is expected");

    private static TimeSpan Seconds(YamlNode node) =>
        node.Text is [.. var number, 's'] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException("a number of seconds such as 180s is expected");
}
