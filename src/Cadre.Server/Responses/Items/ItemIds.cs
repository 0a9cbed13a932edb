using Cadre.Engine.Runs;
using Cadre.Server.HostedTools;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Items;

/// <summary>The ids of this protocol. A prefix tells what an item is; what follows it is the item's own id.</summary>
internal static class ItemIds
{
    public const string Response = "resp_";
    public const string Conversation = "conv_";
    public const string Container = "cntr_";

    /// <summary>A container's name when the server has not said which it is: the call had none.</summary>
    public const string NoContainer = "cntr_none";

    /// <summary>Of a run's id without a parent.</summary>
    private const int RootLength = 18;

    private static readonly string[] Prefixes = ["msg_", "fc_", "fco_", "rs_", "fs_", "ci_", "mcp_", "mcpl_", "mcpr_", "mcpa_", "cmp_", "item_"];

    public static string Of(RunId run) => $"{Response}{run}";

    public static string Of(ThreadItem item) => $"{Prefix(item)}{item.Id}";

    /// <summary>The item's own id; null when the text is no id of an item.</summary>
    public static string? Read(string text)
    {
        foreach (var prefix in Prefixes)
        {
            if (Ids.After(prefix, text) is { } id) return id;
        }

        return null;
    }

    /// <summary>The run that wrote the item with this id, when the id says so ("RUNt0c1").</summary>
    public static RunId? RunOf(string id) => id.Length > RootLength && id.IndexOf('t', RootLength) is var t and >= RootLength && RunId.TryParse(id[..t], null, out var run) ? run : null;

    private static string Prefix(ThreadItem item) => item.Body switch
    {
        ItemBody.Said when ForeignItem.TypeOf(item) == ForeignItem.Compaction => "cmp_",
        ItemBody.Said => "msg_",
        ItemBody.Called { Kind: HostedToolSettings.FileSearch } => "fs_",
        ItemBody.Called { Kind: HostedToolSettings.CodeInterpreter } => "ci_",
        ItemBody.Called { Kind: HostedToolSettings.Mcp } => "mcp_",
        ItemBody.Called => "fc_",
        ItemBody.Returned => "fco_",
        ItemBody.Thought => "rs_",
        ItemBody.Foreign => ForeignItem.TypeOf(item) switch
        {
            "reasoning" => "rs_",
            "mcp_call" => "mcp_",
            "mcp_list_tools" => "mcpl_",
            "mcp_approval_request" => "mcpr_",
            "mcp_approval_response" => "mcpa_",
            _ => "item_",
        },
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
