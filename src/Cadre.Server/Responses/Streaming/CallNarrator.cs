using Cadre.Server.HostedTools;
using Cadre.Server.Responses.Items;
using Cadre.Server.Runs;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Streaming;

/// <summary>Tells calls: those of the caller's functions at once and wholly, those of this server's tools from their start to their end.</summary>
internal sealed class CallNarrator(StoredResponse response, EventBuffer events)
{
    private readonly Dictionary<string, (OutputItem Item, int Index)> _open = new(StringComparer.Ordinal);

    public void Start(ThreadItem item, CallRecord call, int index)
    {
        var called = (ItemBody.Called)item.Body;
        var output = ResponseOutput.OfCall(item, called, call, ended: false, response.Include) with { Status = ItemWriter.InProgress, Result = null };
        var kind = ((ItemBody.Called)output.Item.Body).Kind;
        var id = ItemIds.Of(output.Item);
        events.TellItem("response.output_item.added", Blank(output, kind), index);
        switch (kind)
        {
            case HostedToolSettings.Function:
                events.Tell("response.function_call_arguments.delta", id, index, "delta"u8, called.Arguments);
                events.BeginOf("response.function_call_arguments.done", id, index);
                events.Json.WriteString("name"u8, called.Tool);
                events.Json.WriteString("arguments"u8, called.Arguments);
                events.End();
                events.TellItem("response.output_item.done", output with { Status = ItemWriter.Completed }, index);
                return;
            case HostedToolSettings.FileSearch:
                events.Tell("response.file_search_call.in_progress", id, index);
                events.Tell("response.file_search_call.searching", id, index);
                break;
            case HostedToolSettings.CodeInterpreter:
                var code = HostedCallWriter.CodeOf(called.Arguments);
                events.Tell("response.code_interpreter_call.in_progress", id, index);
                events.Tell("response.code_interpreter_call_code.delta", id, index, "delta"u8, code);
                events.Tell("response.code_interpreter_call_code.done", id, index, "code"u8, code);
                events.Tell("response.code_interpreter_call.interpreting", id, index);
                break;
            default:
                events.Tell("response.mcp_call.in_progress", id, index);
                events.Tell("response.mcp_call_arguments.delta", id, index, "delta"u8, called.Arguments);
                events.Tell("response.mcp_call_arguments.done", id, index, "arguments"u8, called.Arguments);
                break;
        }

        _open[called.CallId] = (output, index);
    }

    public void Finish(RunTimeline timeline, string callId)
    {
        if (!_open.Remove(callId, out var open) || timeline.Find(callId) is not { } call) return;
        var output = ResponseOutput.OfCall(open.Item.Item, (ItemBody.Called)open.Item.Item.Body, call, ended: false, response.Include);
        End(output, open.Index);
    }

    /// <summary>The run has ended, and nobody knows what became of them.</summary>
    public void Abandon()
    {
        foreach (var (item, index) in _open.Values.OrderBy(open => open.Index))
            events.TellItem("response.output_item.done", item with { Status = ItemWriter.IncompleteStatus }, index);
        _open.Clear();
    }

    private void End(OutputItem output, int index)
    {
        var id = ItemIds.Of(output.Item);
        var type = ((ItemBody.Called)output.Item.Body).Kind switch
        {
            HostedToolSettings.FileSearch => "response.file_search_call.completed",
            HostedToolSettings.CodeInterpreter => "response.code_interpreter_call.completed",
            _ when output.Result is { Succeeded: false } => "response.mcp_call.failed",
            _ => "response.mcp_call.completed",
        };
        events.Tell(type, id, index);
        events.TellItem("response.output_item.done", output, index);
    }

    /// <summary>As it is before anything of it is known: what is told piece by piece is empty.</summary>
    private static OutputItem Blank(OutputItem output, string kind) => kind == HostedToolSettings.FileSearch
        ? output
        : output with { Item = output.Item with { Body = (ItemBody.Called)output.Item.Body with { Arguments = "" } } };
}
