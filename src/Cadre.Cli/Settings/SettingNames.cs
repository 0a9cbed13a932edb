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

    /// <summary>What a server encrypts secrets with: base64 of 32 bytes; older keys behind it, separated by commas. Without it a key file is made in the state directory.</summary>
    public const string SecretKey = "CADRE_SECRET_KEY";

    /// <summary>A file that holds the same.</summary>
    public const string SecretKeyFile = "CADRE_SECRET_KEY_FILE";

    /// <summary>Hosts that a server's webhooks and its tokens' issuer may have at private addresses, separated by commas.</summary>
    public const string PrivateHosts = "CADRE_PRIVATE_HOSTS";

    /// <summary>What a server's tokens are signed with: at least 32 bytes, known to nobody but it and the application that signs people in.</summary>
    public const string JwtSecret = "CADRE_JWT_SECRET";

    /// <summary>A file with it, in place of <see cref="JwtSecret"/>.</summary>
    public const string JwtSecretFile = "CADRE_JWT_SECRET_FILE";

    /// <summary>The OpenID Connect issuer of a server's tokens, in place of a secret.</summary>
    public const string JwtIssuer = "CADRE_JWT_ISSUER";

    /// <summary>What a token's "aud" must name; needed with <see cref="JwtIssuer"/>.</summary>
    public const string JwtAudience = "CADRE_JWT_AUDIENCE";

    /// <summary>The claim that names the organisation; without it "org_id", then "org".</summary>
    public const string JwtOrganisationClaim = "CADRE_JWT_ORG_CLAIM";

    /// <summary>The claim that names roles; without it "roles", then "role".</summary>
    public const string JwtRolesClaim = "CADRE_JWT_ROLES_CLAIM";

    /// <summary>What each person who signed in may ask of a server.</summary>
    public const string UserRequestsPerMinute = "CADRE_USER_REQUESTS_PER_MINUTE";

    /// <summary>For commands that ask something of a running server.</summary>
    public const string ServerUrl = "CADRE_URL";

    public const string ServerKey = "CADRE_API_KEY";
    public const string NoColor = "NO_COLOR";

    /// <summary>Set to 1 by the container image.</summary>
    public const string Container = "CADRE_CONTAINER";
}
