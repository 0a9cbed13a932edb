namespace Cadre.Simulator;

/// <summary>A script was refused. The message is <c>file(line,column): reason</c>.</summary>
public sealed class SimulatorScriptException(string file, int line, int column, string reason)
    : Exception($"{file}({line},{column}): {reason}")
{
    public string File { get; } = file;

    /// <summary>From 1.</summary>
    public int Line { get; } = line;

    /// <summary>From 1.</summary>
    public int Column { get; } = column;

    public string Reason { get; } = reason;
}
