using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

internal sealed class SearchTool(Workspace workspace, ReadGate gate, TimeProvider time) : ITool
{
    public const int DefaultResults = 100;
    public const int MaxResults = 1_000;
    public const int MaxShownCharacters = 300;
    public const long MaxSearchedBytes = 1L << 30;
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    public ToolDescriptor Descriptor { get; } = Builtin.Describe(
        "search",
        Effect.Read,
        "Searches the lines of text files for a regular expression (.NET syntax) and gives path:line:text. Leaves out what .gitignore names, .git and binary files.",
        """
        {"type":"object","properties":{
          "pattern":{"type":"string","minLength":1,"maxLength":1000,"description":"Regular expression, matched line by line."},
          "path":{"type":"string","description":"File or directory to search, relative to the workspace.","default":"."},
          "glob":{"type":"string","maxLength":1000,"description":"Only files with such names, for example '*.{ts,tsx}'."},
          "ignore_case":{"type":"boolean","default":false},
          "max_results":{"type":"integer","minimum":1,"maximum":1000,"default":100}},
         "required":["pattern"],"additionalProperties":false}
        """);

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Builtin.Source, Descriptor.Effect, arguments)
    {
        Paths = [new(PathOf(arguments).Text, PathAccess.Read)],
    };

    public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var arguments = call.Arguments;
        if (SearchPattern.Parse(arguments.Text("pattern"), arguments.Flag("ignore_case"), out var problem) is not { } pattern)
            return ValueTask.FromResult(ToolResult.Failed(problem));
        var globText = arguments.Text("glob");
        var glob = globText.Length == 0 ? null : FileGlob.Parse(globText, out problem);
        if (glob is null && globText.Length > 0) return ValueTask.FromResult(ToolResult.Failed(problem));

        var facts = Facts(arguments);
        var path = PathOf(arguments);
        var search = new Search(pattern, Math.Clamp(arguments.Number("max_results") ?? DefaultResults, 1, MaxResults), time, cancellationToken);
        if (gate.OpenFile(path, facts).TryGet(out var file, out var fileProblem)) search.File(file);
        else if (fileProblem.Kind != FileProblemKind.IsDirectory) return ValueTask.FromResult(Builtin.Failed(workspace, path, fileProblem));
        else if (!gate.OpenDirectory(path, facts).TryGet(out var start, out fileProblem)) return ValueTask.FromResult(Builtin.Failed(workspace, path, fileProblem));
        else search.Tree(new TreeWalk(workspace), start, glob, gate.Allows(facts));
        return ValueTask.FromResult(ToolResult.Ok(search.Report(arguments.Text("pattern"), path.Text)));
    }

    private WorkspacePath PathOf(JsonElement arguments) => workspace.PathOf(arguments.Text("path", "."));

    private sealed class Search(Regex pattern, int limit, TimeProvider time, CancellationToken cancellationToken)
    {
        private readonly long _started = time.GetTimestamp();
        private readonly StringBuilder _found = new();
        private readonly List<string> _notes = [];
        private int _count;
        private int _files;
        private int _leftOut;
        private int _tooLarge;
        private long _bytes;
        private string? _stopped;

        public void Tree(TreeWalk walk, OpenedEntry start, FileGlob? glob, Func<string, bool> allows)
        {
            foreach (var entry in walk.Entries(start))
            {
                if (_stopped is not null) break;
                if (entry.Ignored || entry.Kind != EntryKind.File || glob?.Matches(entry.Below) == false) continue;
                if (!allows(entry.Path)) _leftOut++;
                else if (entry.Open() is { } file) File(file);
            }

            if (walk.Incomplete is { } incomplete) _notes.Add(incomplete);
        }

        public void File(OpenedEntry file)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (file)
            {
                if (file.Stat.Size > Workspace.MaxFileBytes) _tooLarge++;
                if (!TextFile.Read(file, WorkspacePath.Parse(file.Path)).TryGet(out var text, out _)) return;
                _files++;
                _bytes += file.Stat.Size;
                if (_bytes > MaxSearchedBytes) _stopped = $"stopped after {MaxSearchedBytes:N0} bytes";
                Lines(file.Path, text.Text);
            }
        }

        public string Report(string pattern, string path)
        {
            if (_count == 0) _found.Append(CultureInfo.InvariantCulture, $"No line matches '{pattern}' in {Builtin.Count(_files, "text file")} of '{path}'.\n");
            if (_stopped is not null) _notes.Add(_stopped);
            if (_leftOut > 0) _notes.Add($"{Builtin.Count(_leftOut, "file")} left out: the policy does not let this call read them");
            if (_tooLarge > 0) _notes.Add($"{Builtin.Count(_tooLarge, "file")} larger than {Workspace.MaxFileBytes:N0} bytes left out");
            foreach (var note in _notes) _found.Append(CultureInfo.InvariantCulture, $"[{note}]\n");
            return _found.ToString().TrimEnd('\n');
        }

        private void Lines(string path, string text)
        {
            var number = 0;
            foreach (var range in text.AsSpan().Split('\n'))
            {
                number++;
                var line = text.AsSpan()[range].TrimEnd('\r');
                if (range.Start.Value == text.Length && text.EndsWith('\n')) break;
                if (number % 1_000 == 1 && time.GetElapsedTime(_started) > MaxTime) _stopped = $"stopped after {MaxTime.TotalSeconds:N0} s";
                if (_stopped is not null) return;
                cancellationToken.ThrowIfCancellationRequested();
                if (First(line) is not { } index) continue;
                if (_count++ == limit)
                {
                    _stopped = $"cut after {Builtin.Count(limit, "result")}: use a narrower pattern, path or glob";
                    return;
                }

                _found.Append(CultureInfo.InvariantCulture, $"{path}:{number}:{Shown(line, index)}\n");
            }
        }

        private int? First(ReadOnlySpan<char> line)
        {
            try
            {
                foreach (var match in pattern.EnumerateMatches(line)) return match.Index;
                return null;
            }
            catch (RegexMatchTimeoutException)
            {
                _stopped = "stopped: the pattern takes too long on a line; simplify it (no look-around, no back-references)";
                return null;
            }
        }

        // A long line is shown around the match.
        private static string Shown(ReadOnlySpan<char> line, int match)
        {
            if (line.Length <= MaxShownCharacters) return line.ToString();
            var start = Math.Clamp(match - (MaxShownCharacters / 3), 0, line.Length - MaxShownCharacters);
            return $"{(start > 0 ? "…" : "")}{line.Slice(start, MaxShownCharacters)}{(start + MaxShownCharacters < line.Length ? "…" : "")}";
        }
    }
}
