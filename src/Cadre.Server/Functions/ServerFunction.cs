using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Server.Functions;

/// <summary>A function of the operator's own program that agents call on this server (docs/functions.md). Give it to a server by <see cref="ServerFunctions"/>.</summary>
public sealed class ServerFunction : ITool
{
    internal const string SourcePrefix = "function:";

    private readonly Func<ToolCall, CancellationToken, ValueTask<string>> _handler;

    private ServerFunction(ToolDescriptor descriptor, Func<ToolCall, CancellationToken, ValueTask<string>> handler) => (Descriptor, _handler) = (descriptor, handler);

    public ToolDescriptor Descriptor { get; }

    /// <param name="name">As models see it: [a-zA-Z0-9_-]{1,64}.</param>
    /// <param name="schema">JSON Schema (2020-12) of the arguments object; the handler sees only arguments that fit.</param>
    /// <param name="handler">Gives what the model is told. Its exceptions are told to the model as well: <c>{"error": …}</c>.</param>
    /// <param name="effect">What a crash in the middle of a call means. <see cref="ToolCall.Key"/> makes an idempotent one safe to repeat.</param>
    public static ServerFunction Create(
        string name, string description, string schema, Func<ToolCall, CancellationToken, ValueTask<string>> handler, Effect effect = Effect.Unsafe)
    {
        if (!FunctionName.IsValid(name)) throw new ArgumentException($"'{name}' is no name for a function: {FunctionName.Rule}", nameof(name));
        var definition = new ToolDefinition(name, description, JsonElement.Parse(schema));
        return new(new(definition, effect, Provenance(definition, "csharp")), handler);
    }

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        try
        {
            return ToolResult.Ok(await _handler(call, cancellationToken));
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return Failed(failure.Message);
        }
    }

    internal static Provenance Provenance(ToolDefinition definition, string defined) =>
        new(SourcePrefix + definition.Name, "1", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes($"{defined}\n{definition.Name}\n{definition.Description}\n{definition.Parameters}"))));

    internal static ToolResult Failed(string message) => ToolResult.Failed(new JsonObject { ["error"] = message }.ToJsonString());
}

/// <summary>What models accept as the name of a function.</summary>
internal static class FunctionName
{
    public const string Rule = "it has 1 to 64 letters, digits, '_' and '-'.";

    public static bool IsValid(string? name) => name is { Length: > 0 and <= 64 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
