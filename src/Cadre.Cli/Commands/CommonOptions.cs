using System.CommandLine;
using System.CommandLine.Parsing;
using Cadre.Cli.Settings;

namespace Cadre.Cli.Commands;

/// <summary>Options that several commands share; each command gets symbols of its own.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json(string description = "Print JSON for programs.") => new("--json") { Description = description };

    public static Option<string?> Workspace() => new("--workspace", "-C")
    {
        Description = $"The project's directory. [{SettingNames.Workspace}; default: the current directory]",
        HelpName = "dir",
        Recursive = true,
    };

    public static Option<string?> Model() => new("--model", "-m") { Description = $"The model's name. [{SettingNames.Model}]", HelpName = "name" };

    public static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
        {
            if (Duration.TryParse(result.Tokens[0].Value, out var time)) return time;
            result.AddError($"{name}: '{result.Tokens[0].Value}' is no time such as 30s, 10m or 1h30m.");
            return null;
        },
    };

    public static Option<T?> AtLeast<T>(string name, T least, string help, string description)
        where T : struct, IComparable<T>, IParsable<T> => new(name)
    {
        Description = description,
        HelpName = help,
        CustomParser = result => Number(name, least, result),
    };

    private static T? Number<T>(string name, T least, ArgumentResult result)
        where T : struct, IComparable<T>, IParsable<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number.CompareTo(least) >= 0) return number;
        result.AddError($"{name}: '{text}' is no number of at least {least}.");
        return null;
    }
}
