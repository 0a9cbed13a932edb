using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Bundles;

/// <summary>
/// A tool of an installed bundle: its program gets the arguments as JSON on standard input and answers on standard output, with text or with
/// {"output": …}; an exit code other than 0 is a failure that standard error explains.
/// </summary>
internal sealed class BundleTool(InstalledBundle bundle, BundleToolDefinition tool, BundleStore store, ISandbox sandbox, BundleToolOptions options) : ITool
{
    public const int OutputBytes = 256 << 10;
    private const int MaxErrorChars = 4_000;

    public ToolDescriptor Descriptor { get; } = new(
        new(tool.Name, tool.Description, tool.Parameters),
        tool.Effect,
        new($"bundle:{bundle.Name}", bundle.Version, bundle.Hash))
    {
        // The sandbox ends the program; the rest is for reading the bundle again.
        Timeout = tool.Timeout + TimeSpan.FromSeconds(30),
    };

    public CallFacts Facts(JsonElement arguments) => new(tool.Name, Descriptor.Provenance.Source, tool.Effect, arguments)
    {
        Argv = Argv(),
        Hosts = tool.Network ? [HostUse.Unrestricted] : [],
    };

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (tool.Network && !options.AllowNetwork) return ToolResult.Denied($"{tool.Name} needs the network, and ALLOW_NET is off.");
        if (await store.MismatchAsync(bundle, cancellationToken) is { } mismatch)
        {
            return ToolResult.Denied($"The bundle '{bundle.Name}' is not as it was installed: {mismatch} It was not run; install it again.");
        }

        var scratch = tool.Workspace == WorkspaceAccess.None ? Path.Combine(options.ScratchDirectory, Path.GetRandomFileName()) : null;
        if (scratch is not null) Files.AtomicFile.CreateDirectory(scratch);
        try
        {
            var result = await sandbox.RunAsync(Command(call, scratch ?? options.Workspace), call.Progress, cancellationToken);
            return Result(result);
        }
        catch (SandboxUnavailableException exception)
        {
            return ToolResult.Failed(exception.Message);
        }
        finally
        {
            if (scratch is not null) Directory.Delete(scratch, recursive: true);
        }
    }

    private SandboxCommand Command(ToolCall call, string directory) => new(Argv(), directory, SandboxLimits.Default with { Wall = tool.Timeout, Cpu = tool.Timeout, OutputBytes = OutputBytes })
    {
        Environment = new Dictionary<string, string> { ["CADRE_CALL_KEY"] = call.Key },
        ReadOnly = [store.DirectoryOf(bundle)],
        WritableDirectory = tool.Workspace != WorkspaceAccess.Read,
        Network = tool.Network && options.AllowNetwork,
        Stdin = Encoding.UTF8.GetBytes(call.Arguments.GetRawText()),
    };

    // A bare name of a file that the bundle brings is that file; any other bare name is a program of the system.
    private ImmutableArray<string> Argv()
    {
        var directory = store.DirectoryOf(bundle);
        var program = File.Exists(Path.Combine(directory, tool.Command[0])) ? Path.Combine(directory, tool.Command[0]) : tool.Command[0];
        return [program, .. tool.Command.Skip(1).Select(argument => argument.Replace("${bundle}", directory, StringComparison.Ordinal))];
    }

    private ToolResult Result(SandboxResult result)
    {
        var errors = PlainText.Of(result.Stderr, MaxErrorChars).Trim();
        return result switch
        {
            { End: SandboxEnd.TimedOut } => ToolResult.Failed($"{tool.Name} was ended after {tool.Timeout.TotalSeconds:0} s."),
            { End: SandboxEnd.OutOfMemory } => ToolResult.Failed($"{tool.Name} was ended: it used more memory than it may."),
            { End: SandboxEnd.Killed } => ToolResult.Failed($"{tool.Name} was ended. {errors}"),
            { ExitCode: not 0 } => ToolResult.Failed($"{tool.Name} failed with exit code {result.ExitCode}. {(errors.Length > 0 ? errors : PlainText.Of(result.Stdout, MaxErrorChars))}"),
            _ => Output(result.Stdout),
        };
    }

    private static ToolResult Output(string stdout)
    {
        if (stdout.AsSpan().TrimStart() is ['{', ..])
        {
            try
            {
                using var document = JsonDocument.Parse(stdout);
                if (document.RootElement.TryGetProperty("output", out var output))
                {
                    return output.ValueKind == JsonValueKind.String
                        ? ToolResult.Ok(PlainText.Of(output.GetString()!, OutputBytes))
                        : ToolResult.Ok(PlainText.Of(output.GetRawText(), OutputBytes), output.Clone());
                }
            }
            catch (JsonException)
            {
                // Not JSON after all: it is text that begins with a brace.
            }
        }

        return ToolResult.Ok(PlainText.Of(stdout, OutputBytes));
    }
}
