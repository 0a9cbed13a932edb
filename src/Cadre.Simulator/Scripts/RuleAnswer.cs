using Cadre.Simulator.Answers;
using Cadre.Simulator.BuiltIn;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.Scripts;

/// <summary>What a rule answers.</summary>
internal sealed record RuleAnswer
{
    public const int FloodChunkSize = 16 << 10;
    public const string UnknownToolName = "no_such_tool";

    public Template? Text { get; init; }

    public IReadOnlyList<ScriptedCall> Calls { get; init; } = [];

    /// <summary>Answer as the built-in script would; the rest of this record is laid over it.</summary>
    public bool AsBuiltIn { get; init; }

    /// <summary>This much text; 0 for none.</summary>
    public int FloodMebibytes { get; init; }

    /// <summary>The first offered tool (or one of that name that is not offered) is called with arguments that are not JSON.</summary>
    public bool InvalidArguments { get; init; }

    public bool UnknownTool { get; init; }

    public TimeSpan Delay { get; init; }

    public TimeSpan ChunkDelay { get; init; }

    public int ChunkSize { get; init; } = Answer.DefaultChunkSize;

    public TokenUsage? Usage { get; init; }

    public Fault? Fault { get; init; }

    public Answer Make(Prompt prompt)
    {
        var flood = FloodMebibytes > 0;
        return new()
        {
            Parts = MakeParts(prompt),
            Delay = Delay,
            ChunkDelay = ChunkDelay,
            ChunkSize = flood ? FloodChunkSize : ChunkSize,
            IgnoresLimits = flood,
            Usage = Usage,
            Fault = Fault,
        };
    }

    private List<AnswerPart> MakeParts(Prompt prompt)
    {
        var parts = new List<AnswerPart>();
        if (AsBuiltIn)
        {
            parts.AddRange(BuiltInBehaviour.Respond(prompt).Parts);
        }

        if (Text is not null)
        {
            parts.Add(new AnswerPart.Text(Text.Fill(prompt)));
        }

        if (FloodMebibytes > 0)
        {
            parts.Add(new AnswerPart.Text(FloodText(FloodMebibytes)));
        }

        foreach (var call in Calls)
        {
            parts.Add(new AnswerPart.Call(call.Name, call.Arguments.Fill(prompt)));
        }

        if (InvalidArguments)
        {
            parts.Add(new AnswerPart.Call(prompt.Tools.Count > 0 ? prompt.Tools[0].Name : UnknownToolName, "{\"path\": \"unfinished"));
        }

        if (UnknownTool)
        {
            parts.Add(new AnswerPart.Call(UnknownToolName, "{}"));
        }

        return parts;
    }

    private static string FloodText(int mebibytes) => string.Create(mebibytes << 20, 0, static (text, _) =>
    {
        const string Line = "All work and no play makes a simulator a dull endpoint, line after line.\n";
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = Line[i % Line.Length];
        }
    });
}

internal sealed record ScriptedCall(string Name, Template Arguments);
