using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

internal sealed class RunCommandTool(Workspace workspace, ISandbox sandbox, WorkspaceToolOptions options) : ITool
{
    public const int MaxArguments = 512;
    public const int MaxArgumentBytes = 128 << 10;
    public const int MaxStdinBytes = 1 << 20;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public ToolDescriptor Descriptor { get; } = Builtin.Describe(
        "run_command",
        Effect.Unsafe,
        "Runs a program in a sandbox that sees the workspace and the system's programs, and gives its exit code and output. argv is the program and its "
        + "arguments, one string each, without a shell: for pipes or variables use [\"sh\", \"-c\", \"…\"].",
        """
        {"type":"object","properties":{
          "argv":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":512,"description":"For example [\"git\", \"status\", \"--short\"]."},
          "directory":{"type":"string","description":"Where it starts, relative to the workspace.","default":"."},
          "timeout_seconds":{"type":"integer","minimum":1,"maximum":3600,"description":"After this it is ended."},
          "stdin":{"type":"string","description":"What it reads from standard input."}},
         "required":["argv"],"additionalProperties":false}
        """) with { Timeout = options.MaxCommandTime + Grace };

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Builtin.Source, Descriptor.Effect, arguments)
    {
        Argv = [.. arguments.Texts("argv")],
        Paths = [new(DirectoryOf(arguments).Text, PathAccess.Read)],
    };

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (call.Arguments.RefuseBrokenUnicode() is { } refused) return refused;
        ImmutableArray<string> argv = [.. call.Arguments.Texts("argv")];
        var stdin = Encoding.UTF8.GetBytes(call.Arguments.Text("stdin"));
        if (Malformed(argv, stdin) is { } malformed) return ToolResult.Failed(malformed);

        var directory = DirectoryOf(call.Arguments);
        if (!workspace.OpenDirectory(directory).TryGet(out var opened, out var problem)) return Builtin.Failed(workspace, directory, problem);
        var start = opened.Path;
        opened.Dispose();

        var wall = call.Arguments.Number("timeout_seconds") is { } seconds ? TimeSpan.FromSeconds(Math.Max(1, seconds)) : options.CommandLimits.Wall;
        if (wall > options.MaxCommandTime) wall = options.MaxCommandTime;
        var command = new SandboxCommand(argv, workspace.Root, options.CommandLimits with { Wall = wall })
        {
            WorkingDirectory = start,
            Environment = options.CommandEnvironment,
            ReadOnly = options.CommandReadOnly,
            Protected = VersionControl.ProtectedIn(workspace),
            Network = options.CommandNetwork(),
            Stdin = stdin,
        };
        try
        {
            return Describe(argv, await sandbox.RunAsync(command, call.Progress, cancellationToken), wall);
        }
        catch (SandboxUnavailableException unavailable)
        {
            return ToolResult.Failed($"The command was not run: {unavailable.Message}");
        }
    }

    private static string? Malformed(ImmutableArray<string> argv, byte[] stdin)
    {
        if (argv.Length is 0 or > MaxArguments || argv[0].Length == 0) return $"argv has 1 to {MaxArguments} strings, the first of which names a program.";
        if (argv.Any(argument => argument.Contains('\0'))) return "An argument has a NUL in it.";
        if (argv.Sum(argument => (long)Encoding.UTF8.GetByteCount(argument)) > MaxArgumentBytes) return $"argv is longer than {MaxArgumentBytes:N0} bytes. Write the text to a file, or give it as stdin.";
        return stdin.Length > MaxStdinBytes ? $"stdin is longer than {MaxStdinBytes:N0} bytes. Write it to a file." : null;
    }

    private static ToolResult Describe(ImmutableArray<string> argv, SandboxResult result, TimeSpan wall)
    {
        var seconds = result.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var text = new StringBuilder(result.End switch
        {
            SandboxEnd.Exited => $"exit code {result.ExitCode} after {seconds} s",
            SandboxEnd.TimedOut => $"ended after {seconds} s: it may take at most {wall.TotalSeconds:0} s (timeout_seconds)",
            SandboxEnd.OutOfMemory => $"ended after {seconds} s: it used more memory than it may",
            SandboxEnd.Killed => $"killed after {seconds} s (exit code {result.ExitCode})",
        });
        if (result is { End: SandboxEnd.Exited, ExitCode: 127 } && argv is [var only] && only.Contains(' '))
            text.Append("\nThere is no such program: argv holds the program and each argument as strings of their own, and there is no shell.");
        Append(text, "stdout", result.Stdout);
        Append(text, "stderr", result.Stderr);
        if (result.Stdout.Length == 0 && result.Stderr.Length == 0) text.Append("\n(no output)");

        var succeeded = result is { End: SandboxEnd.Exited, ExitCode: 0 };
        return new(succeeded ? ToolStatus.Succeeded : ToolStatus.Failed, text.ToString(), Structured(result));
    }

    private static void Append(StringBuilder text, string name, string output)
    {
        if (output.Length > 0) text.Append('\n').Append(name).Append(":\n").Append(output.TrimEnd('\n'));
    }

    private static JsonElement Structured(SandboxResult result)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("exit_code", result.ExitCode);
            json.WriteString("end", result.End switch
            {
                SandboxEnd.Exited => "exited",
                SandboxEnd.TimedOut => "timed_out",
                SandboxEnd.OutOfMemory => "out_of_memory",
                SandboxEnd.Killed => "killed",
            });
            json.WriteNumber("duration_ms", (long)result.Duration.TotalMilliseconds);
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private WorkspacePath DirectoryOf(JsonElement arguments) => workspace.PathOf(arguments.Text("directory", "."));
}
