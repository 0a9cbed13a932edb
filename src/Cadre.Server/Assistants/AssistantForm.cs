using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.Definitions;
using Cadre.Server.Http;
using Cadre.Storage.Documents;
using Cadre.Wire.Assistants;

namespace Cadre.Server.Assistants;

/// <summary>Agents as assistants: out of requests, and back.</summary>
internal static class AssistantForm
{
    public const int MaxName = 256;
    public const int MaxDescription = 512;
    public const int MaxInstructions = 256_000;
    private const double MaxTemperature = 2;

    private static readonly string[] Efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

    public static AgentDefinition Create(Fields body, DateTimeOffset now) => Change(
        new AgentDefinition(Ids.New()) { Model = body.RequiredText("model", MaxName, 1), CreatedAt = now, Face = RunSettings.Face }, body);

    /// <summary>Only the members that are there; null clears.</summary>
    public static AgentDefinition Modify(AgentDefinition agent, Fields body, DateTimeOffset now) => Change(agent, body) with { UpdatedAt = now };

    /// <summary>The member <c>reasoning_effort</c>; null when it is absent.</summary>
    public static string? ReadEffort(Fields body) => body.Word("reasoning_effort", Efforts);

    public static Document Document(AgentDefinition agent, Engine.Tools.Owner owner) => new(AgentDefinition.Kind, agent.Id, owner, Body(agent)) { CreatedAt = agent.CreatedAt };

    public static ReadOnlyMemory<byte> Body(AgentDefinition agent) => JsonSerializer.SerializeToUtf8Bytes(agent, DefinitionJson.Default.AgentDefinition);

    public static AgentDefinition Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, DefinitionJson.Default.AgentDefinition) ?? throw new InvalidDataException($"The agent {document.Id} is empty.");

    public static AssistantObject Render(AgentDefinition agent) => new()
    {
        Id = AssistantIds.Assistant + agent.Id,
        CreatedAt = agent.CreatedAt.ToUnixTimeSeconds(),
        Name = agent.Name,
        Description = agent.Description,
        Model = agent.Model,
        Instructions = agent.Instructions,
        Tools = agent.Tools ?? JsonValues.EmptyArray,
        ToolResources = agent.ToolResources ?? JsonValues.EmptyObject,
        Metadata = agent.Metadata ?? JsonValues.NoMetadata,
        TopP = agent.TopP ?? 1,
        Temperature = agent.Temperature ?? 1,
        ResponseFormat = agent.ResponseFormat ?? JsonValues.Auto,
        ReasoningEffort = agent.ReasoningEffort,
    };

    private static AgentDefinition Change(AgentDefinition agent, Fields body) => agent with
    {
        Model = body.Text("model", MaxName, 1) ?? agent.Model,
        Name = body.Has("name") ? body.Text("name", MaxName) : agent.Name,
        Description = body.Has("description") ? body.Text("description", MaxDescription) : agent.Description,
        Instructions = body.Has("instructions") ? body.Text("instructions", MaxInstructions) : agent.Instructions,
        Tools = body.Has("tools") ? ToolForm.Read(body) : agent.Tools,
        ToolResources = body.Has(Assistants.ToolResources.Name) ? Assistants.ToolResources.Read(body)?.Raw : agent.ToolResources,
        ResponseFormat = body.Has("response_format") ? ResponseFormat.Read(body) : agent.ResponseFormat,
        Temperature = body.Has("temperature") ? body.Number("temperature", 0, MaxTemperature) : agent.Temperature,
        TopP = body.Has("top_p") ? body.Number("top_p", 0, 1) : agent.TopP,
        ReasoningEffort = body.Has("reasoning_effort") ? ReadEffort(body) : agent.ReasoningEffort,
        Metadata = body.Has("metadata") ? body.Metadata()?.ToImmutableDictionary(StringComparer.Ordinal) : agent.Metadata,
    };
}
