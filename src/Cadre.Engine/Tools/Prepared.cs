using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Tools;

/// <summary>What preparing a call came to.</summary>
internal abstract record Prepared
{
    private Prepared() { }

    /// <param name="Rule">That allowed it.</param>
    public sealed record Ready(CallState State, ITool Tool, ToolCall Call, string Rule) : Prepared
    {
        public bool IsUnsafe => Tool.Descriptor.Effect == Effect.Unsafe;

        /// <summary>A tool that runs at the client changes nothing here, whatever it declares.</summary>
        public bool IsTransactional => Tool.Descriptor is { Effect: Effect.Transactional, RunsAtClient: false };
    }

    public sealed record Refused(ToolResult Result, string Rule) : Prepared;

    public sealed record Ask(RunEvent.ApprovalAsked Asked) : Prepared;
}
