using Cadre.Cli.Settings;
using Spectre.Console;

namespace Cadre.Cli.Terminals;

/// <summary>Results go to <see cref="Out"/>; everything said to a person goes to <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    private const int DefaultWidth = 100;

    public required TextReader In { get; init; }
    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }
    public bool IsInTerminal { get; init; }
    public bool IsOutTerminal { get; init; }
    public bool IsErrorTerminal { get; init; }
    public int Width { get; init; } = DefaultWidth;
    public bool Color { get; init; }

    /// <summary>TERM=dumb: text can be written and nothing else.</summary>
    public bool IsDumb { get; init; }

    /// <summary>Somebody can be asked.</summary>
    public bool CanAsk => IsInTerminal && IsErrorTerminal;

    /// <summary>A picture that changes can be drawn.</summary>
    public bool CanDraw => IsErrorTerminal && !IsDumb;

    public static Terminal OfProcess(IReadOnlyDictionary<string, string> variables)
    {
        var dumb = variables.GetValueOrDefault("TERM") == "dumb";
        var draws = !Console.IsErrorRedirected && !dumb;
        return new()
        {
            In = Console.In,
            Out = Console.Out,
            Error = Console.Error,
            IsInTerminal = !Console.IsInputRedirected,
            IsOutTerminal = !Console.IsOutputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
            IsDumb = dumb,
            Color = draws && variables.GetValueOrDefault(SettingNames.NoColor) is null or "",
            Width = WidthOf(variables),
        };
    }

    public void Say(string text) => Error.WriteLine(TerminalText.Clean(text));

    /// <summary>An error line and, if there is one, the command that helps.</summary>
    public void Fail(string message, string? help = null)
    {
        Say($"cadre: {message}");
        if (help is not null) Say($"  → {help}");
    }

    /// <summary>A result for the person or program that reads standard output.</summary>
    public void Print(string text) => Out.WriteLine(IsOutTerminal ? TerminalText.Clean(text) : text);

    /// <summary>For pictures that change, on standard error. Only where <see cref="CanDraw"/>.</summary>
    public IAnsiConsole Drawing()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Error),
            Ansi = AnsiSupport.Yes,
            ColorSystem = Color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new() { UseDefaultEnrichers = false },
        });
        console.Profile.Width = Width;
        console.Profile.Capabilities.Unicode = true;
        console.Profile.Capabilities.Links = false;
        return console;
    }

    private static int WidthOf(IReadOnlyDictionary<string, string> variables)
    {
        if (int.TryParse(variables.GetValueOrDefault("COLUMNS"), out var columns) && columns is >= 20 and <= 1000) return columns;
        if (Console.IsOutputRedirected && Console.IsErrorRedirected) return DefaultWidth;
        try
        {
            return Console.WindowWidth is var width and >= 20 ? width : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }
}
