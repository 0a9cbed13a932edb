using Cadre.Engine.Models;
using Cadre.Engine.Ports;

namespace Cadre.Engine.Tools;

/// <summary>A function that the caller of the API runs; what it does is the caller's to know.</summary>
internal sealed class CallerTool(ToolDefinition definition) : ITool
{
    public ToolDescriptor Descriptor { get; } =
        new(definition, Effect.Unsafe, new(ToolSources.Client, "1", CallHash.OfText($"{definition.Name}\n{definition.Parameters}"))) { RunsAtClient = true };

    public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ToolResult.Failed("The caller runs this function; it cannot be called here."));
}
