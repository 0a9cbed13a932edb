using Cadre.Cli.Terminals;
using Spectre.Console;

namespace Cadre.Cli.Rendering;

/// <summary>Plain tables: columns without lines, which are as good in a pipe as on a terminal.</summary>
internal static class Tables
{
    public static Table New(params ReadOnlySpan<string> columns)
    {
        var table = new Table().NoBorder();
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column)).PadLeft(0).PadRight(2));
        return table;
    }

    /// <summary>Cells are text, never markup.</summary>
    public static void Row(this Table table, params string[] cells) =>
        table.AddRow(cells.Select(cell => new Text(TerminalText.Clean(cell))));
}
