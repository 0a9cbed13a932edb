using System.Text;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Rendering;

/// <summary>Columns side by side without lines: as good in a pipe as on a terminal, where long lines are clipped.</summary>
internal sealed class TextTable(params string[] columns)
{
    private const int Gap = 2;
    private readonly List<string[]> _rows = [columns];

    public int Count => _rows.Count - 1;

    /// <summary>Cells are text of one line each.</summary>
    public void Row(params string[] cells) => _rows.Add([.. cells.Select(cell => TerminalText.Line(cell, int.MaxValue))]);

    public void PrintTo(Terminal terminal)
    {
        var widths = Enumerable.Range(0, columns.Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            var line = new StringBuilder();
            for (var column = 0; column < row.Length; column++) line.Append(row[column].PadRight(widths[column] + Gap));
            var text = line.ToString().TrimEnd();
            terminal.Print(terminal.IsOutTerminal && text.Length > terminal.Width ? text[..(terminal.Width - 1)] + "…" : text);
        }
    }
}
