namespace Cadre.Simulator.Answers;

/// <summary>What a script or a behaviour answers, before ids, limits and a wire are put to it.</summary>
internal sealed record Answer
{
    public const int DefaultChunkSize = 48;

    public IReadOnlyList<AnswerPart> Parts { get; init; } = [];

    /// <summary>Wait before the first byte.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Wait before each further chunk of a stream.</summary>
    public TimeSpan ChunkDelay { get; init; }

    /// <summary>Characters of text or arguments in a chunk of a stream.</summary>
    public int ChunkSize { get; init; } = DefaultChunkSize;

    /// <summary>Takes no notice of the request's token limit and of the context: a flood.</summary>
    public bool IgnoresLimits { get; init; }

    /// <summary>Null: estimated from the lengths.</summary>
    public TokenUsage? Usage { get; init; }

    public Fault? Fault { get; init; }

    public static Answer Say(string text) => new() { Parts = [new AnswerPart.Text(text)] };

    public static Answer Call(string name, string arguments) => new() { Parts = [new AnswerPart.Call(name, arguments)] };
}

/// <summary>A piece of an answer. Closed: every case is nested below.</summary>
internal abstract record AnswerPart
{
    private AnswerPart()
    {
    }

    internal sealed record Text(string Said, IReadOnlyList<Citation>? Citations = null) : AnswerPart;

    /// <param name="Name">The tool, offered or not.</param>
    /// <param name="Arguments">Sent as it is, JSON or not.</param>
    internal sealed record Call(string Name, string Arguments) : AnswerPart;
}

/// <summary>A file that a text quotes; <paramref name="Index"/> is the position in the text where the citation stands.</summary>
internal sealed record Citation(string FileId, string FileName, int Index);

internal readonly record struct TokenUsage(int Input, int Cached, int Output)
{
    public int Total => Input + Output;
}
