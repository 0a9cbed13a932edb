using Cadre.Cli.Terminals;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cadre.Cli.Rendering;

/// <summary>The plan tree as it is drawn over and over while a goal is worked on.</summary>
internal static class LivePicture
{
    /// <summary>Rows that are drawn; of a longer plan, the finished ones in front are left out first.</summary>
    private const int MaxRows = 24;
    private const string Frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

    public static IRenderable Draw(RunTree tree, TimeSpan elapsed, int tick)
    {
        var rows = ProgressRow.Of(tree);
        var table = new Table().NoBorder().HideHeaders().AddColumn(new TableColumn("").NoWrap()).AddColumn("").AddColumn("");
        table.Expand = false;
        var hidden = Math.Max(0, rows.Count - MaxRows);
        if (hidden > 0) table.AddRow(new Text("…"), new Text(TerminalText.Plural(hidden, "row") + " above"), new Text(""));
        foreach (var row in rows.Skip(hidden))
        {
            var (mark, style) = Mark(row.State, tick);
            table.AddRow(new Text(mark, style), new Text(row.Title, row.State is RowState.Waiting ? Dim : Style.Plain), new Text(row.Activity, Dim));
        }

        var footer = new Text($"  {TerminalText.Duration(elapsed)} · {SpendingText.Of(tree.Spent)} · {tree.Id}", Dim);
        return new Rows(table, footer);
    }

    public static (string Mark, Style Style) Mark(RowState state, int tick) => state switch
    {
        RowState.Waiting => ("·", Dim),
        RowState.Active => (Frames[tick % Frames.Length].ToString(), new Style(Color.Aqua)),
        RowState.AwaitingPerson => ("?", new Style(Color.Yellow)),
        RowState.Paused => ("‖", new Style(Color.Yellow)),
        RowState.Done => ("✓", new Style(Color.Green)),
        RowState.Failed => ("✗", new Style(Color.Red)),
    };

    private static readonly Style Dim = new(decoration: Decoration.Dim);
}
