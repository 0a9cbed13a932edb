using System.Globalization;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

internal sealed class ReadFileTool(Workspace workspace, ReadGate gate) : ITool
{
    public const int DefaultLines = 2_000;
    public const int MaxCharacters = 60_000;

    /// <summary>How far into a file lines are counted to find the one that was asked for.</summary>
    public const long MaxScannedBytes = 1L << 30;

    public ToolDescriptor Descriptor { get; } = Builtin.Describe(
        "read_file",
        Effect.Read,
        "Reads a text file of the workspace, or a range of its lines. A large file is read piece by piece with offset and limit.",
        """
        {"type":"object","properties":{
          "path":{"type":"string","description":"File, relative to the workspace."},
          "offset":{"type":"integer","minimum":1,"description":"First line, counted from 1.","default":1},
          "limit":{"type":"integer","minimum":1,"maximum":20000,"description":"How many lines.","default":2000},
          "line_numbers":{"type":"boolean","description":"Begins each line with its number and a tab.","default":false}},
         "required":["path"],"additionalProperties":false}
        """) with { OutputLimit = MaxCharacters + 4_000 };

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Builtin.Source, Descriptor.Effect, arguments)
    {
        Paths = [new(PathOf(arguments).Text, PathAccess.Read)],
    };

    public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var path = PathOf(call.Arguments);
        if (!gate.OpenFile(path, Facts(call.Arguments)).TryGet(out var opened, out var problem))
            return ValueTask.FromResult(Builtin.Failed(workspace, path, problem));
        using (opened)
        {
            try
            {
                return ValueTask.FromResult(Read(opened, path, call.Arguments, cancellationToken));
            }
            catch (IOException broken)
            {
                return ValueTask.FromResult(ToolResult.Failed($"'{path.Text}' could not be read: {broken.Message}"));
            }
        }
    }

    private static ToolResult Read(OpenedEntry opened, WorkspacePath path, JsonElement arguments, CancellationToken cancellationToken)
    {
        var head = new byte[TextFile.SniffedBytes];
        var sniffed = head.AsSpan(0, RandomAccess.Read(opened.Handle, head, 0));
        var (encoding, _) = TextFile.EncodingOf(sniffed);
        if (encoding is UTF8Encoding && TextFile.IsBinary(sniffed)) return ToolResult.Failed(TextFile.Binary(path, opened.Stat).Message);

        var first = Math.Max(1, arguments.Number("offset") ?? 1);
        var limit = Math.Max(1, arguments.Number("limit") ?? DefaultLines);
        var numbered = arguments.Flag("line_numbers");

        using var stream = new FileStream(opened.Handle, FileAccess.Read, bufferSize: 0);
        using var lines = new BoundedLines(new StreamReader(stream, encoding is UTF8Encoding ? Encoding.UTF8 : encoding, detectEncodingFromByteOrderMarks: true));
        var text = new StringBuilder();
        var number = 0;
        while (lines.Next(keep: number + 1 >= first) is { } line)
        {
            cancellationToken.ThrowIfCancellationRequested();
            number++;
            if (number < first)
            {
                if (stream.Position > MaxScannedBytes) return ToolResult.Failed($"Line {first} is further than {MaxScannedBytes:N0} bytes into '{path.Text}'. Use run_command with a program for large files.");
                continue;
            }

            if (number >= first + (long)limit || text.Length + line.Length > MaxCharacters)
            {
                text.Append(CultureInfo.InvariantCulture, $"[lines {first} to {number - 1} of {(opened.Stat.Size <= Workspace.MaxFileBytes ? number + lines.CountRest() : $"a file of {opened.Stat.Size:N0} bytes")}; go on with offset {number}]");
                return ToolResult.Ok(text.ToString());
            }

            if (numbered) text.Append(CultureInfo.InvariantCulture, $"{number}\t");
            text.Append(line).Append('\n');
        }

        if (number == 0) return ToolResult.Ok($"'{path.Text}' is empty.");
        if (number < first) return ToolResult.Failed($"'{path.Text}' has {Builtin.Count(number, "line")}; there is no line {first}.");
        if (!lines.EndedWithNewline) text.Length--;
        return ToolResult.Ok(text.ToString());
    }

    private WorkspacePath PathOf(JsonElement arguments) => workspace.PathOf(arguments.Text("path"));
}
