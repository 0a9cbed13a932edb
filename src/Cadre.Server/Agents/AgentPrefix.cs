namespace Cadre.Server.Agents;

/// <summary>What the Agents API puts before ids.</summary>
internal static class AgentPrefix
{
    public const string Agent = "agent_";

    /// <summary>The same agent, as the Assistants API calls it.</summary>
    public const string Assistant = "asst_";

    /// <summary>The thread that a session lies on has the same id behind "thread_" and "conv_".</summary>
    public const string Session = "sess_";

    /// <summary>The same run as "run_" and "resp_".</summary>
    public const string Turn = "turn_";

    public const string Message = "msg_";
    public const string Reasoning = "rs_";
    public const string FunctionCall = "fc_";
    public const string FunctionOutput = "fco_";
    public const string McpCall = "mcp_";
    public const string Command = "cmd_";

    private static readonly string[] Items = [Message, Reasoning, FunctionCall, FunctionOutput, McpCall, Command];

    public static string? AgentId(string? text) => Ids.After(Agent, text) ?? Ids.After(Assistant, text);

    /// <summary>The id of an item whatever kind it is.</summary>
    public static string? ItemId(string text)
    {
        foreach (var prefix in Items)
        {
            if (Ids.After(prefix, text) is { } id) return id;
        }

        return null;
    }
}
