namespace Cadre.Engine.Runs;

/// <summary>What a reader of a feed sees.</summary>
public abstract record FeedItem(RunId Run)
{
    /// <summary>A durable fact at position <paramref name="Seq"/> (0 is the first) of its run.</summary>
    public sealed record Fact(RunId Run, long Seq, RunEvent Event) : FeedItem(Run);

    /// <summary>Live only: not recorded, and lost to a reader who is not there or too slow.</summary>
    /// <param name="Offset">Of <see cref="LiveKind.Text"/>: characters of this reply before it. A reader that expects another number has missed some.</param>
    public sealed record Live(RunId Run, LiveKind Kind, string Text, string? CallId = null, int Offset = 0) : FeedItem(Run);
}

public enum LiveKind
{
    Text,
    Reasoning,
    ToolOutput,

    /// <summary>The model began to write a call; the text is the tool's name.</summary>
    CallStarted,

    /// <summary>A piece of a call's arguments.</summary>
    CallArguments,

    /// <summary>The model is asked again; text shown since the last fact is void.</summary>
    Retry,
}
