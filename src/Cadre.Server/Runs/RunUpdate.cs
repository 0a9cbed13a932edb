using Cadre.Engine.Runs;

namespace Cadre.Server.Runs;

/// <summary>What a streaming face is given of a run, in order.</summary>
public abstract record RunUpdate
{
    private RunUpdate() { }

    /// <summary>A durable fact at position <paramref name="Seq"/>; the timeline has it already.</summary>
    public sealed record Fact(long Seq, RunEvent Event) : RunUpdate;

    /// <summary>More of a turn's text. When the turn's fact comes, its deltas since the last <see cref="TextVoid"/> add up to exactly its text.</summary>
    /// <param name="Turn">The turn in progress: the number of turns recorded before it.</param>
    public sealed record TextDelta(int Turn, string Delta) : RunUpdate;

    /// <summary>The model was asked again and says something else: the text of this turn so far is void.</summary>
    public sealed record TextVoid(int Turn) : RunUpdate;

    public sealed record ReasoningDelta(int Turn, string Delta) : RunUpdate;

    /// <summary>The model began to write a call. Live only: a reader that came later sees the call in the turn's fact.</summary>
    public sealed record CallBegun(int Turn, string CallId, string Tool) : RunUpdate;

    public sealed record CallArguments(int Turn, string CallId, string Delta) : RunUpdate;

    /// <summary>Output of a tool that is running. Live only.</summary>
    public sealed record ToolOutput(string CallId, string Text) : RunUpdate;
}
