using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Schemas;

namespace Cadre.Engine.Tools;

/// <summary>Everything that happens to a call before it is made: find, validate, judge, ask. Pure over what it is constructed with.</summary>
internal sealed class CallPreparation(RunState state, ImmutableArray<ITool> tools, Policy policy)
{
    private const string DoubtText = """
        This call was being made when the program died. It is IN DOUBT: it may have happened, wholly, in part or not at all, and it was not repeated.
        Find out with other tools what is true before you do anything like it again.
        """;

    /// <summary>A tool's schema is compiled once, for as long as its definition lives.</summary>
    private static readonly ConditionalWeakTable<ToolDefinition, JsonSchema> Compiled = [];

    private int _callsLeft = state.Remaining.Calls ?? int.MaxValue;

    public static Prepared Cancelled(CallState call) => call.Phase == CallPhase.Started && call.Start!.Effect == Effect.Unsafe
        ? new Prepared.Refused(new(ToolStatus.InDoubt, DoubtText), "cancelled")
        : new Prepared.Refused(new(ToolStatus.Cancelled, "The run was cancelled before this call was made."), "cancelled");

    public ITool? Find(CallState call) => tools.FirstOrDefault(tool => tool.Descriptor.Name == call.Request.Tool);

    /// <summary>Null when the arguments are no JSON object.</summary>
    public ToolCall? CallOf(CallState call, RunId run) => Parse(call.Request.Arguments) is { } arguments ? CallOf(call, run, arguments) : null;

    public Prepared Prepare(CallState call)
    {
        if (Find(call) is not { } tool) return Fail(NoSuchTool(call.Request.Tool), "unknown_tool");
        if (call.Request.Arguments.Length > RunLimits.ArgumentsLength) return Fail("The arguments are too long.", "arguments");
        if (Parse(call.Request.Arguments) is not { } arguments) return Fail("The arguments are not one JSON object. Send the call again with valid JSON.", "arguments");
        if (Misfit(tool.Descriptor.Definition, arguments) is { } errors) return Fail($"The arguments do not fit the tool's schema. {errors}", "arguments");
        if (_callsLeft-- <= 0) return Fail("The budget of tool calls is spent. Answer with what you have.", "budget.calls");

        var hash = CallHash.OfCall(call.Request, tool.Descriptor.Provenance);
        return call.Given switch
        {
            { Approved: false } given => Declined(call, given),
            { } given when given.Hash == hash => Ready(call, tool, arguments, $"approved by {given.Author}"),
            // The tool has changed since: what was approved is not what would be made.
            not null when call.Asked!.Reason == ApprovalReason.InDoubt => AskInDoubt(call, hash),
            _ => Judged(call, tool, arguments, hash),
        };
    }

    /// <summary>A call whose start is recorded and whose end is not: the driver that made it is gone.</summary>
    /// <param name="probed">What the tool's probe found out about an unsafe call; null when nothing.</param>
    public Prepared Recover(CallState call, Probed? probed)
    {
        var start = call.Start!;
        if (probed is { Result: { } happened }) return new Prepared.Refused(happened, "probe");
        if (start.Effect != Effect.Unsafe || probed is not null)
        {
            return Find(call) is { } tool && Parse(call.Request.Arguments) is { } arguments
                ? Ready(call, tool, arguments, start.Rule)
                : Fail("The call was interrupted, and its tool is gone.", "unknown_tool");
        }

        return state.Definition!.OnDoubt == DoubtPolicy.AskPerson
            ? AskInDoubt(call, CallHash.OfCall(call.Request, start.Provenance))
            : new Prepared.Refused(new(ToolStatus.InDoubt, DoubtText), "in_doubt");
    }

    private static string? Misfit(ToolDefinition definition, JsonElement arguments)
    {
        if (Compiled.TryGetValue(definition, out var schema)) return schema.Check(arguments);
        if (!JsonSchema.TryParse(definition.Parameters, out schema, out var error)) return $"The schema cannot be used: {error}";
        Compiled.AddOrUpdate(definition, schema);
        return schema.Check(arguments);
    }

    private Prepared Judged(CallState call, ITool tool, JsonElement arguments, string hash)
    {
        var verdict = policy.Judge(tool.Facts(arguments));
        var repeat = tool.Descriptor.Effect == Effect.Unsafe && state.Doubts.Contains(CallHash.OfRequest(call.Request));
        if (repeat) verdict = Verdict.Stricter(verdict, new(VerdictKind.Ask, "in_doubt.repeat", "The same call is in doubt from before: making it again may do it twice."));
        var reason = verdict.Rule == "in_doubt.repeat" ? ApprovalReason.RepeatOfDoubt : ApprovalReason.Policy;
        return (verdict.Kind, state.Definition!.Approvals) switch
        {
            (VerdictKind.Allow, _) => Ready(call, tool, arguments, verdict.Rule),
            (VerdictKind.Deny, _) => new Prepared.Refused(ToolResult.Denied($"Denied by rule '{verdict.Rule}': {verdict.Because}"), verdict.Rule),
            (VerdictKind.Ask, ApprovalMode.Auto) => Ready(call, tool, arguments, $"{verdict.Rule} (approved by setting)"),
            (VerdictKind.Ask, ApprovalMode.Never) => new Prepared.Refused(
                ToolResult.Denied($"Rule '{verdict.Rule}' asks for an approval, and this run may not ask: {verdict.Because}"), verdict.Rule),
            (VerdictKind.Ask, ApprovalMode.Ask) => new Prepared.Ask(new(call.Request.CallId, hash, reason, verdict.Rule, verdict.Because)),
        };
    }

    private static Prepared.Ask AskInDoubt(CallState call, string hash) =>
        new(new(call.Request.CallId, hash, ApprovalReason.InDoubt, "in_doubt", "It was being made when the program died."));

    private static Prepared Declined(CallState call, RunEvent.ApprovalGiven given) => call.Asked!.Reason == ApprovalReason.InDoubt
        ? new Prepared.Refused(new(ToolStatus.InDoubt, $"{DoubtText}\n{given.Author} decided not to repeat it. {given.Comment}".TrimEnd()), "approval")
        : new Prepared.Refused(ToolResult.Denied($"{given.Author} declined this call. {given.Comment}".TrimEnd()), "approval");

    private Prepared.Ready Ready(CallState call, ITool tool, JsonElement arguments, string rule) =>
        new(call, tool, CallOf(call, state.Id, arguments), rule);

    private ToolCall CallOf(CallState call, RunId run, JsonElement arguments) =>
        new(run, call.Request.CallId, $"{run}-{state.Turns}-{call.Index}", arguments, state.Definition!.Owner);

    private static Prepared.Refused Fail(string message, string rule) => new(ToolResult.Failed(message), rule);

    private string NoSuchTool(string name) => tools.Length == 0
        ? $"There is no tool '{Bounded.Line(name, 80)}': no tools are available. Answer without one."
        : $"There is no tool '{Bounded.Line(name, 80)}'. The tools are: {string.Join(", ", tools.Select(tool => tool.Descriptor.Name))}.";

    private static JsonElement? Parse(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments, ParseOptions);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 64, AllowDuplicateProperties = false };
}
