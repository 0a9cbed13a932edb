using System.Collections.Immutable;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Agents.Environments;
using Cadre.Server.Agents.Vaults;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>Makes sessions, for callers and for automations.</summary>
internal sealed class SessionStart(ServerContext context, SessionQueue queue)
{
    private const int MaxVaults = 20;
    private const int MaxPath = 4_096;

    /// <summary>The session that a request describes; nothing is recorded yet.</summary>
    public async ValueTask<SessionRecord> ReadAsync(Scope scope, Fields body, CancellationToken cancellationToken)
    {
        var environment = body.Object("environment") ?? throw ApiException.Missing(body.At("environment"));
        var inline = body.Object("agent");
        var named = body.Text("agent_id");
        if (inline is not null && named is not null) throw ApiException.BadRequest($"'{body.At("agent")}' and '{body.At("agent_id")}' exclude each other.", body.At("agent"), "invalid_value");
        if (inline is null && named is null) throw ApiException.Missing(body.At("agent"));
        var now = context.Time.GetUtcNow();
        var agent = named is not null
            ? (await AgentStore.GetAsync(context.Store, scope, named, cancellationToken)).Agent
            : AgentForm.Apply(new(Ids.New()) { Model = inline!.Value.RequiredText("model", minLength: 1), CreatedAt = now, Face = AgentExtra.Face }, inline.Value);
        var session = new SessionRecord(Ids.New(), agent.Id, agent)
        {
            CreatedAt = now,
            Inline = named is null ? true : null,
            Metadata = body.Metadata()?.ToImmutableDictionary(),
            Vaults = body.Texts("vault_ids", MaxVaults) is { Count: > 0 } vaults ? [.. vaults] : null,
        };
        foreach (var vault in session.Vaults ?? []) await Vault.GetAsync(context.Store, scope, vault, cancellationToken);
        return ApplySettings(WithEnvironment(session, environment), body);
    }

    /// <summary>What a session may change later too.</summary>
    public static SessionRecord ApplySettings(SessionRecord session, Fields body) => session with
    {
        Review = body.Word("review", "none", "auto_review") switch
        {
            null => session.Review,
            "none" => null,
            _ => throw AgentErrors.NotServed(body.At("review"), "Calls are judged by this server's policies (docs/policies.md); 'review' may be 'none'."),
        },
        SpendLimit = body.Has("spend_control") ? body.Object("spend_control")?.Number("limit", double.Epsilon, 1e9) : session.SpendLimit,
    };

    /// <summary>Records a session and starts its first turn; null when there is no input.</summary>
    public async ValueTask<RunId?> CreateAsync(SessionRecord session, Owner owner, ImmutableArray<ThreadItem>? input, CancellationToken cancellationToken)
    {
        var thread = new ConversationThread(session.Id) { CreatedAt = session.CreatedAt, Face = AgentExtra.Face, Metadata = session.Metadata };
        var changes = new List<Change> { new Change.Create(ThreadStore.Document(thread, owner)), new Change.Create(SessionRecord.Document(session, owner)) };
        if (session.EnvironmentId is { } environment)
        {
            EnvironmentTools.Make(context.Parts, environment);
            changes.Add(new Change.Create(new(EnvironmentTools.Kind, environment, owner, "{}"u8.ToArray()) { Parent = session.Id, CreatedAt = session.CreatedAt }));
        }

        await context.Store.CommitAsync(changes, cancellationToken);
        return input is { } items ? await queue.GiveAsync(session, owner, items, cancellationToken) : null;
    }

    private static SessionRecord WithEnvironment(SessionRecord session, Fields environment)
    {
        switch (environment.Word("type", "none", "self_hosted", "openai_hosted"))
        {
            case "none":
                return session;
            case "openai_hosted":
                throw AgentErrors.NotServed(environment.At("type"), "Environments that OpenAI hosts are not served here; 'type' may be 'self_hosted' (a directory of this server) or 'none'.");
            case "self_hosted":
                if (environment.Array("capability_directories") is { Count: > 0 })
                    throw AgentErrors.NotServed(environment.At("capability_directories"), "Environments of this server have no capability directories.");
                return session with { EnvironmentId = Ids.New(), Workspace = environment.RequiredText("workspace_directory", MaxPath, 1) };
            default:
                throw ApiException.Missing(environment.At("type"));
        }
    }
}
