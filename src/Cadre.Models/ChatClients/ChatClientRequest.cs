using System.Diagnostics;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Wires;
using Microsoft.Extensions.AI;

namespace Cadre.Models.ChatClients;

/// <summary>A request in the words of <c>Microsoft.Extensions.AI</c>.</summary>
internal static class ChatClientRequest
{
    /// <summary>Marks what only these clients understand in <see cref="Message.Assistant.Raw"/>.</summary>
    public const string Name = "chat_client";

    /// <summary>There is no telling one client from another.</summary>
    public const string AnyEndpoint = "*";

    private static readonly ChatRole DeveloperRole = new("developer");

    public static List<ChatMessage> Messages(ModelRequest request) => [.. request.Messages.Select(ToChatMessage)];

    public static ChatOptions Options(ModelRequest request) => new()
    {
        ModelId = request.Model,
        Instructions = request.Instructions,
        MaxOutputTokens = request.MaxOutputTokens,
        Temperature = (float?)request.Temperature,
        TopP = (float?)request.TopP,
        Reasoning = Effort(request.ReasoningEffort),
        AllowMultipleToolCalls = request.Tools.IsEmpty ? null : request.ParallelToolCalls,
        Tools = request.Tools.IsEmpty ? null : [.. request.Tools.Select(tool => AIFunctionFactory.CreateDeclaration(tool.Name, tool.Description, tool.Parameters))],
        ToolMode = request.Tools.IsEmpty ? null : Mode(request.ToolChoice),
        ResponseFormat = request.Output is { } output ? ChatResponseFormat.ForJsonSchema(output.Schema, output.Name) : null,
        AdditionalProperties = Extra(request),
    };

    private static ChatToolMode? Mode(ToolChoice? choice) => choice is null ? null : choice.Mode switch
    {
        ToolChoiceMode.Auto => ChatToolMode.Auto,
        ToolChoiceMode.None => ChatToolMode.None,
        ToolChoiceMode.Required => ChatToolMode.RequireAny,
        ToolChoiceMode.Named => choice.Tool is { } tool ? ChatToolMode.RequireSpecific(tool) : ChatToolMode.RequireAny,
    };

    private static ReasoningOptions? Effort(string? effort) => effort switch
    {
        "none" => new() { Effort = ReasoningEffort.None },
        "minimal" or "low" => new() { Effort = ReasoningEffort.Low },
        "medium" => new() { Effort = ReasoningEffort.Medium },
        "high" => new() { Effort = ReasoningEffort.High },
        "xhigh" or "max" => new() { Effort = ReasoningEffort.ExtraHigh },
        _ => null,
    };

    private static AdditionalPropertiesDictionary? Extra(ModelRequest request)
    {
        if (request.Extra is not { ValueKind: JsonValueKind.Object } extra) return null;
        var properties = new AdditionalPropertiesDictionary();
        foreach (var member in extra.EnumerateObject()) properties[member.Name] = member.Value;
        return properties;
    }

    private static ChatMessage ToChatMessage(Message message) => message switch
    {
        Message.User user => new(ChatRole.User, [.. user.Content.Select(ToContent)]),
        Message.Developer developer => new(DeveloperRole, developer.Text),
        Message.Assistant assistant => new(ChatRole.Assistant, [.. Thoughts(assistant), .. Said(assistant)]),
        Message.ToolOutput output => new(ChatRole.Tool, [new FunctionResultContent(output.CallId, output.Output)]),
        _ => throw new UnreachableException(),
    };

    private static AIContent ToContent(Content content) => content switch
    {
        Content.Text text => new TextContent(text.Value),
        Content.Image image when image.Url.StartsWith("data:", StringComparison.Ordinal) => new DataContent(image.Url),
        Content.Image image => new UriContent(image.Url, "image/*"),
        Content.File file => new HostedFileContent(file.FileId) { Name = file.Name },
        _ => throw new UnreachableException(),
    };

    private static IEnumerable<AIContent> Said(Message.Assistant assistant)
    {
        if (assistant.Text.Length > 0 || assistant.Calls.IsEmpty) yield return new TextContent(assistant.Text);
        foreach (var call in assistant.Calls) yield return new FunctionCallContent(call.CallId, call.Tool, ChatClientArguments.Parse(call.Arguments));
    }

    private static IEnumerable<AIContent> Thoughts(Message.Assistant assistant)
    {
        if (ProviderExtras.Of(assistant.Raw, Name, AnyEndpoint) is not { } extras || !extras.TryGetProperty("reasoning", out var list) || list.ValueKind != JsonValueKind.Array) yield break;
        foreach (var thought in list.EnumerateArray())
            yield return new TextReasoningContent(thought.GetProperty("text").GetString()) { ProtectedData = thought.GetProperty("protected_data").GetString() };
    }
}
