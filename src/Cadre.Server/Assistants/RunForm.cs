using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Definitions;
using Cadre.Server.HostedTools;
using Cadre.Server.Http;
using Cadre.Server.Threads;

namespace Cadre.Server.Assistants;

/// <summary>A request for a run, over an assistant: what the request says goes before what the assistant says.</summary>
internal static class RunForm
{
    private const long MinTokens = 256;
    private const double MaxTemperature = 2;

    /// <param name="resources">The request's own, checked.</param>
    public static RunDefinition Read(Fields body, AgentDefinition agent, ConversationThread thread, Owner owner, JsonElement? resources)
    {
        var tools = ToolForm.Read(body) ?? agent.Tools;
        var parts = ToolForm.Parts(tools);
        var format = ResponseFormat.Read(body) ?? agent.ResponseFormat;
        var settings = new RunSettings
        {
            Model = body.Text("model", AssistantForm.MaxName, 1) ?? agent.Model,
            Tools = tools,
            ToolChoice = body.Any("tool_choice"),
            ResponseFormat = format,
            TruncationStrategy = Truncation.Read(body)?.Raw,
            MaxPromptTokens = body.Integer("max_prompt_tokens", MinTokens),
            MaxCompletionTokens = body.Integer("max_completion_tokens", MinTokens),
            Metadata = body.Metadata(),
        };
        var spec = new AgentSpec(agent.Id, settings.Model, Instructions(body, agent), parts.Names)
        {
            Temperature = body.Number("temperature", 0, MaxTemperature) ?? agent.Temperature,
            TopP = body.Number("top_p", 0, 1) ?? agent.TopP,
            ReasoningEffort = AssistantForm.ReadEffort(body) ?? agent.ReasoningEffort,
            ToolChoice = ToolForm.ReadChoice(body, parts),
            ParallelToolCalls = body.Flag("parallel_tool_calls") ?? true,
        };
        return new(spec, owner)
        {
            Budget = new(InputTokens: settings.MaxPromptTokens, OutputTokens: settings.MaxCompletionTokens),
            Output = ResponseFormat.Shape(format),
            OnOutage = OutagePolicy.Fail,
            Functions = parts.Functions,
            Thread = thread.Id,
            Face = RunSettings.Face,
            Metadata = Metadata(settings, parts, ToolResources.Union(agent.ToolResources, thread.ToolResources, resources)),
        };
    }

    private static string Instructions(Fields body, AgentDefinition agent)
    {
        var instructions = body.Text("instructions", AssistantForm.MaxInstructions) ?? agent.Instructions ?? "";
        return body.Text("additional_instructions", AssistantForm.MaxInstructions) switch
        {
            null or "" => instructions,
            var more when instructions.Length == 0 => more,
            var more => $"{instructions}\n{more}",
        };
    }

    private static ImmutableDictionary<string, string> Metadata(RunSettings settings, RequestedTools parts, JsonElement? resources)
    {
        var metadata = ImmutableDictionary.CreateBuilder<string, string>();
        metadata[RunSettings.Face] = settings.Write();
        if (parts.Hosted is { } hosted) metadata[HostedToolSettings.Tools] = hosted;
        if (resources is { } set) metadata[HostedToolSettings.Resources] = set.GetRawText();
        return metadata.ToImmutable();
    }
}
