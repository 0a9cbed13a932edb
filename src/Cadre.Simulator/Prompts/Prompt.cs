using System.Text.Json;

namespace Cadre.Simulator.Prompts;

/// <summary>A request for an answer, read from either wire.</summary>
internal sealed class Prompt
{
    private IReadOnlyList<ToolExchange>? _exchanges;
    private string? _lastUser;

    public required Wire Wire { get; init; }

    public required string Model { get; init; }

    /// <summary>System and developer texts, joined.</summary>
    public required string Instructions { get; init; }

    public required IReadOnlyList<Turn> Turns { get; init; }

    public IReadOnlyList<OfferedTool> Tools { get; init; } = [];

    public ToolChoice ToolChoice { get; init; }

    public bool ParallelToolCalls { get; init; } = true;

    public int? MaxOutputTokens { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    public OutputFormat? Format { get; init; }

    public bool Stream { get; init; }

    /// <summary>Chat Completions only: send a last chunk with the usage.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>The request as sent. Valid while the request is being served.</summary>
    public required JsonElement Body { get; init; }

    /// <summary>Text of the last user message; empty when there is none.</summary>
    public string LastUser => _lastUser ??= Turns.OfType<Turn.User>().LastOrDefault()?.Said ?? "";

    /// <summary>Tool calls since the last user message, with their outputs, in order.</summary>
    public IReadOnlyList<ToolExchange> Exchanges => _exchanges ??= ToolExchange.Since(Turns);

    /// <summary>Assistant replies that asked for tools since the last user message.</summary>
    public int ToolRounds => Exchanges.Count == 0 ? 0 : Exchanges[^1].Round;

    public bool Offers(string tool) => Tools.Any(offered => offered.Name == tool);

    /// <summary>Assistant replies so far; a reply with text and several calls counts once.</summary>
    public int Replies
    {
        get
        {
            var replies = 0;
            var inReply = false;
            foreach (var turn in Turns)
            {
                var isReply = turn is Turn.Assistant or Turn.Call;
                if (isReply && !inReply)
                {
                    replies++;
                }

                inReply = isReply;
            }

            return replies;
        }
    }
}
