using System.Text.Json;
using Cadre.Server.Agents;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.ChatKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatKit;

/// <summary>/v1/chatkit/sessions.</summary>
internal sealed class ChatKitSessions(ServerContext context)
{
    private const string Route = "/v1/chatkit/sessions/{session}";
    private const int DefaultSeconds = 600;
    private const int DefaultRequests = 10;
    private const int MaxRequests = 100_000;
    private const int DefaultFiles = 10;
    private const int MaxMegabytes = 512;
    private const int MaxUser = 512;
    private const int MaxVariables = 64;
    private const int MaxId = 256;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chatkit/sessions", CreateAsync);
        routes.MapPost(Route + "/cancel", CancelAsync);
        routes.MapPost(Route + "/resume", ResumeAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        var user = body.RequiredText("user", MaxUser, 1);
        var workflow = body.Object("workflow") ?? throw ApiException.Missing("workflow");
        var id = workflow.RequiredText("id", MaxId, 1);
        var configuration = body.Object("chatkit_configuration");
        var upload = configuration?.Object("file_upload");
        var lifetime = TimeSpan.FromSeconds(Seconds(body));
        var now = context.Time.GetUtcNow();
        var session = new ChatSession(Ids.New(), user, Agent: "")
        {
            Workflow = id,
            Version = workflow.Text("version", MaxId),
            StateVariables = Variables(workflow),
            Tracing = workflow.Object("tracing")?.Flag("enabled") ?? true,
            CreatedAt = now,
            ExpiresAt = now + lifetime,
            Lifetime = lifetime,
            RequestsPerMinute = (int)(body.Object("rate_limits")?.Integer("max_requests_per_1_minute", 1, MaxRequests) ?? DefaultRequests),
            Titling = configuration?.Object("automatic_thread_titling")?.Flag("enabled") ?? true,
            Uploads = upload?.Flag("enabled") ?? false,
            MaxFileSize = (int)(upload?.Integer("max_file_size", 1, MaxMegabytes) ?? MaxMegabytes),
            MaxFiles = (int)(upload?.Integer("max_files", 1, MaxRequests) ?? DefaultFiles),
            History = configuration?.Object("history")?.Flag("enabled") ?? true,
            RecentThreads = (int?)configuration?.Object("history")?.Integer("recent_threads", 1, int.MaxValue),
        };
        session = session with { Agent = (await WorkflowAgents.FindAsync(context.Store, caller.Scope, id, workflow.At("id"), http.RequestAborted)).Id };
        var secret = ChatSession.NewSecret();
        await context.Store.CommitAsync([new Change.Create(ChatSession.Document(session, caller.Owner, ChatSession.Hash(secret)))], http.RequestAborted);
        await Respond.JsonAsync(http, session.Show(now, secret), ChatKitJson.Default.ChatKitSessionObject);
    }

    private Task CancelAsync(HttpContext http) => ChangeAsync(http, session => session with { Cancelled = true }, null);

    /// <summary>Cadre's own: a session goes on as it was, with a new secret and a new time; the former secret is void.</summary>
    private Task ResumeAsync(HttpContext http) =>
        ChangeAsync(http, session => session with { Cancelled = null, ExpiresAt = context.Time.GetUtcNow() + session.Lifetime }, ChatSession.NewSecret());

    /// <param name="secret">The new secret; null keeps the old one, which cannot be shown.</param>
    private async Task ChangeAsync(HttpContext http, Func<ChatSession, ChatSession> change, string? secret)
    {
        var id = AgentCall.Route(http, "session");
        while (true)
        {
            if (Ids.After(ChatSession.Prefix, id) is not { } bare || await context.Store.GetAsync(Caller.Of(http).Scope, ChatSession.Kind, bare, http.RequestAborted) is not { } document)
                throw ApiException.NotFound($"No chat session found with id '{id}'.", "session_id");
            var session = change(ChatSession.Read(document));
            var replaced = ChatSession.Document(session, document.Owner, secret is null ? document.Key : ChatSession.Hash(secret));
            if (!(await context.Store.CommitAsync([new Change.Replace(replaced, document.Version)], http.RequestAborted)).Won) continue;
            await Respond.JsonAsync(http, session.Show(context.Time.GetUtcNow(), secret ?? ""), ChatKitJson.Default.ChatKitSessionObject);
            return;
        }
    }

    private static long Seconds(Fields body)
    {
        if (body.Object("expires_after") is not { } expiry) return DefaultSeconds;
        if (expiry.Word("anchor", "created_at") is null) throw ApiException.Missing(expiry.At("anchor"));
        return expiry.Integer("seconds", 1, DefaultSeconds) ?? throw ApiException.Missing(expiry.At("seconds"));
    }

    private static JsonElement? Variables(Fields workflow)
    {
        if (workflow.Object("state_variables") is not { } variables) return null;
        var count = 0;
        foreach (var variable in variables.Raw.EnumerateObject())
        {
            if (variable.Name.Length > Fields.MetadataKeyLength || ++count > MaxVariables)
                throw ApiException.BadRequest($"Invalid '{variables.Path}': at most {MaxVariables} variables, whose names have at most {Fields.MetadataKeyLength} characters.", variables.Path, "invalid_value");
            if (variable.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
                throw ApiException.WrongType(variables.At(variable.Name), "a string, a number or a boolean", Fields.Kind(variable.Value));
        }

        return variables.Raw;
    }
}
