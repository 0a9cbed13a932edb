namespace Cadre.Cli.Settings;

/// <summary>The environment variables that Cadre reads. They are a promise: none is ever renamed.</summary>
internal static class SettingNames
{
    public const string BaseUrl = "OPENAI_BASE_URL";
    public const string ApiKey = "OPENAI_API_KEY";
    public const string Model = "AGENT_MODEL";

    /// <summary>The model of a server's chat; <see cref="Model"/> when it is not set.</summary>
    public const string ChatModel = "OPENAI_MODEL";

    /// <summary>Where callers reach a server that is behind a proxy.</summary>
    public const string PublicUrl = "CADRE_PUBLIC_URL";

    public const string SmallModel = "AGENT_SMALL_MODEL";
    public const string PlannerModel = "AGENT_PLANNER_MODEL";
    public const string ReviewerModel = "AGENT_REVIEWER_MODEL";

    /// <summary>Makes the vectors of a server's files.</summary>
    public const string EmbeddingModel = "AGENT_EMBEDDING_MODEL";

    public const string Workspace = "AGENT_WORKSPACE";
    public const string StateDirectory = "AGENT_STATE_DIR";
    public const string ToolsDirectory = "AGENT_TOOLS_DIR";
    public const string PoliciesDirectory = "AGENT_POLICIES_DIR";
    public const string AllowNet = "ALLOW_NET";
    public const string ForceChatCompletions = "AGENT_FORCE_CHAT_COMPLETIONS";

    /// <summary>The sandbox to use and no other: bubblewrap or landlock.</summary>
    public const string Sandbox = "CADRE_SANDBOX";

    /// <summary>The first API key of a server, given from outside instead of made by its first start.</summary>
    public const string BootstrapKey = "CADRE_BOOTSTRAP_KEY";

    /// <summary>Hosts that a server's webhooks may reach at private addresses, separated by commas.</summary>
    public const string PrivateHosts = "CADRE_PRIVATE_HOSTS";

    /// <summary>For commands that ask something of a running server.</summary>
    public const string ServerUrl = "CADRE_URL";

    public const string ServerKey = "CADRE_API_KEY";
    public const string NoColor = "NO_COLOR";

    /// <summary>Set to 1 by the container image.</summary>
    public const string Container = "CADRE_CONTAINER";
}
