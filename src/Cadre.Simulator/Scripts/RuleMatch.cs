using System.Text.RegularExpressions;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.Scripts;

/// <summary>Conditions on a request; all that are set must hold.</summary>
internal sealed record RuleMatch
{
    public Regex? LastUser { get; init; }

    public Regex? Instructions { get; init; }

    /// <summary>Against the instructions and every entry of the conversation, one by one.</summary>
    public Regex? AnyText { get; init; }

    /// <summary>Against each tool output since the last user message.</summary>
    public Regex? ToolOutput { get; init; }

    /// <summary>user, assistant or tool: whose entry the conversation ends with.</summary>
    public string? LastRole { get; init; }

    public string? ToolOffered { get; init; }

    /// <summary>Assistant replies so far.</summary>
    public CountRange? Turns { get; init; }

    /// <summary>Tool outputs since the last user message.</summary>
    public CountRange? ToolResults { get; init; }

    public string? Schema { get; init; }

    public string? Model { get; init; }

    public Wire? Wire { get; init; }

    public bool? Stream { get; init; }

    public bool Matches(Prompt prompt) =>
        (Model is null || Model == prompt.Model)
        && (Wire is null || Wire == prompt.Wire)
        && (Stream is null || Stream == prompt.Stream)
        && (Schema is null || Schema == SchemaName.Of(prompt))
        && (LastRole is null || LastRole == RoleOfLast(prompt))
        && (ToolOffered is null || prompt.Offers(ToolOffered))
        && Turns?.Contains(prompt.Replies) != false
        && ToolResults?.Contains(prompt.Exchanges.Count) != false
        && LastUser?.IsMatch(prompt.LastUser) != false
        && Instructions?.IsMatch(prompt.Instructions) != false
        && (ToolOutput is null || prompt.Exchanges.Any(exchange => ToolOutput.IsMatch(exchange.Output)))
        && (AnyText is null || AnyText.IsMatch(prompt.Instructions) || prompt.Turns.Any(turn => AnyText.IsMatch(turn.Text)));

    private static string RoleOfLast(Prompt prompt) => prompt.Turns.Count == 0 ? "none" : prompt.Turns[^1] switch
    {
        Turn.User => "user",
        Turn.Assistant or Turn.Call => "assistant",
        Turn.Output => "tool",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>Both ends belong to the range.</summary>
internal readonly record struct CountRange(int From, int To)
{
    public bool Contains(int count) => count >= From && count <= To;
}
