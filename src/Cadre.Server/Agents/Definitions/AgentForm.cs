using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Server.Definitions;
using Cadre.Server.Http;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Definitions;

/// <summary>Agents between this API's form and the one that all faces share.</summary>
internal static class AgentForm
{
    private const int MaxName = 256;
    private const int MaxInstructions = 256_000;
    private const string SchemaName = "output";
    private static readonly JsonElement PlainText = JsonDocument.Parse("""{"type":"text"}""").RootElement;

    /// <summary>The agent with what the request says of it; what it leaves out stays as it is.</summary>
    public static AgentDefinition Apply(AgentDefinition agent, Fields body)
    {
        var extra = ExtraOf(agent);
        var reasoning = body.Object("reasoning");
        var text = body.Object("text");
        if (body.Object("multi_agent")?.Flag("enabled") == true)
            throw AgentErrors.NotServed(body.At("multi_agent.enabled"), "Agents do not start subagents on this server: 'enabled' may be false.");
        return agent with
        {
            Model = body.Text("model", MaxName, 1) ?? agent.Model,
            Name = body.Has("name") ? body.Text("name", MaxName) : agent.Name,
            Instructions = body.Has("instructions") ? body.Text("instructions", MaxInstructions) : agent.Instructions,
            Metadata = body.Has("metadata") ? body.Metadata()?.ToImmutableDictionary() : agent.Metadata,
            Tools = body.Has("tools") ? AgentTools.Read(body, "tools") : agent.Tools,
            ReasoningEffort = reasoning is { } effort && effort.Has("effort") ? effort.Word("effort", "none", "minimal", "low", "medium", "high", "xhigh", "max") : agent.ReasoningEffort,
            ResponseFormat = text is { } wanted && wanted.Has("format") ? Format(wanted) : agent.ResponseFormat,
            Extra = (agent.Extra ?? ImmutableDictionary<string, JsonElement>.Empty).SetItem(AgentExtra.Face, AgentCall.Json(extra with
            {
                ReasoningSummary = reasoning is { } summary && summary.Has("summary") ? summary.Word("summary", "concise", "detailed", "auto") : extra.ReasoningSummary,
                Verbosity = text?.Word("verbosity", "low", "medium", "high") ?? extra.Verbosity,
                ServiceTier = body.Word("service_tier", "auto", "default", "flex", "priority", "fast", "ultrafast") ?? extra.ServiceTier,
                AsyncCompaction = body.Object("compaction")?.Flag("async") ?? extra.AsyncCompaction,
                TimeAwareness = body.Object("experimental")?.Flag("time_awareness") ?? extra.TimeAwareness,
            }, AgentExtraJson.Default.AgentExtra)),
        };
    }

    public static AgentObject Show(AgentDefinition agent)
    {
        var extra = ExtraOf(agent);
        return new()
        {
            Id = AgentPrefix.Agent + agent.Id,
            CreatedAt = AgentCall.Seconds(agent.CreatedAt),
            UpdatedAt = AgentCall.Seconds(agent.UpdatedAt ?? agent.CreatedAt),
            Name = agent.Name,
            Instructions = agent.Instructions,
            Model = agent.Model,
            Metadata = agent.Metadata ?? ImmutableDictionary<string, string>.Empty,
            MultiAgent = new(false, null),
            Reasoning = new(agent.ReasoningEffort, extra.ReasoningSummary),
            ServiceTier = extra.ServiceTier ?? "auto",
            Text = new(FormatOf(agent), extra.Verbosity ?? "medium"),
            Tools = AgentTools.Show(agent.Tools, persisted: true),
            Compaction = new(extra.AsyncCompaction ?? true),
            Experimental = new(extra.TimeAwareness ?? false),
        };
    }

    public static SessionAgent ShowInSession(AgentDefinition agent)
    {
        var shown = Show(agent);
        return new()
        {
            Id = shown.Id,
            Name = shown.Name,
            Instructions = shown.Instructions,
            Model = shown.Model,
            MultiAgent = shown.MultiAgent,
            Reasoning = shown.Reasoning,
            ServiceTier = shown.ServiceTier,
            Text = shown.Text,
            Tools = AgentTools.Show(agent.Tools, persisted: false),
            Compaction = shown.Compaction,
            Experimental = shown.Experimental,
        };
    }

    /// <summary>The shape an answer must have; null for plain text.</summary>
    public static OutputSchema? Output(AgentDefinition agent)
    {
        if (agent.ResponseFormat is not { ValueKind: JsonValueKind.Object } format || new Fields(format).Object("json_schema") is not { } schema) return null;
        return schema.Object("schema") is { } shape ? new(schema.Text("name") ?? SchemaName, shape.Raw, schema.Flag("strict") ?? true) : null;
    }

    public static AgentExtra ExtraOf(AgentDefinition agent) =>
        agent.Extra is { } extra && extra.TryGetValue(AgentExtra.Face, out var own) ? own.Deserialize(AgentExtraJson.Default.AgentExtra) ?? new() : new();

    /// <summary>Kept in the form of the Assistants API, which has a name for the schema.</summary>
    private static JsonElement? Format(Fields text)
    {
        if (text.Object("format") is not { } format || format.Word("type", "text", "json_schema") is not "json_schema") return null;
        var schema = format.Object("schema") ?? throw ApiException.Missing(format.At("schema"));
        return AgentCall.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("type", "json_schema");
            json.WriteStartObject("json_schema");
            json.WriteString("name", SchemaName);
            json.WritePropertyName("schema");
            schema.Raw.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static JsonElement FormatOf(AgentDefinition agent) => Output(agent) is not { } output ? PlainText : AgentCall.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "json_schema");
        json.WritePropertyName("schema");
        output.Schema.WriteTo(json);
        json.WriteEndObject();
    });
}
