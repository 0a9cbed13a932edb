using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Automations;

/// <summary>Reads automations.</summary>
internal sealed class AutomationForm(ServerContext context, SessionStart start)
{
    private const int MaxName = 256;
    private const int MaxInstructions = 256_000;

    public async ValueTask<Automation> CreateAsync(Scope scope, Fields body, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var type = body.Word("type", Automation.Periodic, Automation.Once) ?? throw ApiException.Missing("type");
        var automation = new Automation(Ids.New(), type, body.RequiredText("name", MaxName, 1)) { CreatedAt = now, Status = Automation.Active, Target = default, Shown = default };
        if (type == Automation.Once && body.Any("run_at") is null) throw ApiException.Missing("run_at");
        if (type == Automation.Periodic) (_, _) = (body.RequiredText("expression"), body.RequiredText("timezone"));
        if (body.Object("target") is null) throw ApiException.Missing("target");
        return await ApplyAsync(automation, scope, body, cancellationToken);
    }

    /// <summary>What the request leaves out stays as it is.</summary>
    public async ValueTask<Automation> ApplyAsync(Automation automation, Scope scope, Fields body, CancellationToken cancellationToken)
    {
        automation = automation with
        {
            Name = body.Text("name", MaxName, 1) ?? automation.Name,
            Metadata = body.Has("metadata") ? body.Metadata()?.ToImmutableDictionary() : automation.Metadata,
            Expression = automation.Type == Automation.Periodic ? Expression(body) ?? automation.Expression : null,
            Timezone = automation.Type == Automation.Periodic ? Timezone(body) ?? automation.Timezone : null,
            RunAt = automation.Type == Automation.Once && body.Integer("run_at", 0, 253_402_300_799) is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : automation.RunAt,
        };
        if (body.Object("target") is { } target)
        {
            var (shown, session) = await ShowAsync(scope, target, cancellationToken);
            automation = automation with { Target = target.Raw, Shown = shown, Session = session };
        }

        // What was due before now, and is asked for only now, is due at once.
        return automation.Scheduled(automation.Type == Automation.Once ? DateTimeOffset.MinValue : context.Time.GetUtcNow());
    }

    private async ValueTask<(JsonElement Shown, string? Session)> ShowAsync(Scope scope, Fields target, CancellationToken cancellationToken)
    {
        switch (target.Word("type", "new_session", "existing_session"))
        {
            case "existing_session":
                var (session, _) = await SessionRecord.GetAsync(context.Store, scope, target.RequiredText("session_id"), cancellationToken);
                target.RequiredText("instructions", MaxInstructions, 1);
                return (target.Raw, session.Id);
            case "new_session":
                var made = await start.ReadAsync(scope, target, cancellationToken);
                var items = SessionInput.Read(target, "input", context.Time.GetUtcNow()) ?? throw ApiException.Missing(target.At("input"));
                var agent = made.Inline == true ? JsonObject.Create(AgentCall.Json(AgentForm.ShowInSession(made.Agent), AgentsJson.Default.SessionAgent)) : null;
                agent?.Remove("id");
                agent?.Remove("name");
                var input = new JsonArray();
                foreach (var item in items)
                {
                    var shown = JsonObject.Create(AgentCall.Json(ItemView.Words(item, (Threads.ItemBody.Said)item.Body, callsTools: false), AgentsJson.Default.AgentItem))!;
                    input.Add((JsonNode)new JsonObject { ["type"] = "message", ["role"] = "user", ["content"] = shown["content"]!.DeepClone() });
                }

                var json = new JsonObject
                {
                    ["type"] = "new_session",
                    ["agent"] = agent,
                    ["agent_id"] = made.Inline == true ? null : AgentPrefix.Agent + made.AgentId,
                    ["environment"] = made.EnvironmentId is null
                        ? new JsonObject { ["type"] = "none" }
                        : new JsonObject { ["type"] = "self_hosted", ["environment_id"] = null, ["workspace_directory"] = made.Workspace, ["capability_directories"] = new JsonArray() },
                    ["input"] = input,
                    ["metadata"] = new JsonObject(made.Metadata?.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))) ?? []),
                    ["vault_ids"] = new JsonArray([.. (made.Vaults ?? []).Select(vault => JsonValue.Create(vault))]),
                };
                return (AgentCall.Json(writer => json.WriteTo(writer)), null);
            default:
                throw ApiException.Missing(target.At("type"));
        }
    }

    private static string? Expression(Fields body) => body.Text("expression") is not { } text ? null
        : CronExpression.Parse(text) is not null ? text
        : throw ApiException.BadRequest("Invalid 'expression': expected a cron expression of five fields.", "expression", "invalid_value");

    private static string? Timezone(Fields body) => body.Text("timezone") is not { } name ? null
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out _) ? name
        : throw ApiException.BadRequest($"Invalid 'timezone': '{name}' is not the IANA name of a time zone that this server knows.", "timezone", "invalid_value");
}
