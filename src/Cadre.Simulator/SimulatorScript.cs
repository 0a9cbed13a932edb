using Cadre.Simulator.Scripts;

namespace Cadre.Simulator;

/// <summary>What a simulated endpoint answers. Immutable; one script can serve many servers.</summary>
/// <remarks>The format is described in <c>docs/simulator.md</c>.</remarks>
public sealed class SimulatorScript
{
    /// <summary>Largest script, in characters.</summary>
    public const int MaxLength = 4 << 20;

    internal SimulatorScript(string name, IReadOnlyList<Rule> rules)
    {
        Name = name;
        Rules = rules;
    }

    /// <summary>Plans, uses the offered tools, and describes what they really returned: a model's place taken without intelligence.</summary>
    public static SimulatorScript BuiltIn { get; } = new("built-in", []);

    public string Name { get; }

    internal IReadOnlyList<Rule> Rules { get; }

    internal IReadOnlyList<string> Models { get; init; } = [];

    internal Otherwise Otherwise { get; init; } = Otherwise.BuiltIn;

    /// <exception cref="SimulatorScriptException">It is not a valid script; says where and why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SimulatorScript Load(string path)
    {
        var length = new FileInfo(path).Length;
        return length > MaxLength
            ? throw new SimulatorScriptException(path, 1, 1, $"the file has {length} bytes; at most {MaxLength} are read")
            : ScriptReader.Read(File.ReadAllText(path), path);
    }

    /// <param name="yaml">The script itself.</param>
    /// <param name="name">Stands in place of a file name in errors.</param>
    /// <exception cref="SimulatorScriptException">It is not a valid script; says where and why.</exception>
    public static SimulatorScript Parse(string yaml, string name = "script") => ScriptReader.Read(yaml, name);
}
