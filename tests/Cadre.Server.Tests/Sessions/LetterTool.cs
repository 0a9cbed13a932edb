using System.Collections.Concurrent;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Server.Tests.Sessions;

/// <summary>A tool of which the default policy asks a person: it comes from another server.</summary>
internal sealed class LetterTool : ITool, IToolSource
{
    public const string Name = "send_letter";

    /// <summary>What was sent.</summary>
    public ConcurrentQueue<string> Sent { get; } = [];

    public ToolDescriptor Descriptor { get; } = new(
        new(Name, "Sends a letter.", JsonElement.Parse("""{"type":"object","properties":{"to":{"type":"string"}},"required":["to"]}""")), Effect.Unsafe, new("mcp:post", "1", "letter"));

    public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        Sent.Enqueue(call.Arguments.GetProperty("to").GetString()!);
        return ValueTask.FromResult(ToolResult.Ok("sent"));
    }

    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<ITool>>([this]);
}
