using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Registry;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tasks.Tools;

/// <summary>What the task tools return: one JSON object, as structured content and as text for the model.</summary>
internal static class TaskAnswer
{
    /// <summary>Of every tool that changes one task.</summary>
    public static JsonElement ChangedSchema { get; } = JsonElement.Parse("""
        {"type":"object","properties":{
          "success":{"const":true},
          "task_id":{"type":"string","description":"The task's id."},
          "title":{"type":"string","description":"The task's title."},
          "message":{"type":"string","description":"What was done, in a sentence."}},
        "required":["success","task_id","title","message"],"additionalProperties":false}
        """);

    public static ToolResult Changed(TaskChange change, string message)
    {
        var result = Ok(json =>
        {
            json.WriteString("task_id", change.Task.PublicId);
            json.WriteString("title", change.Task.Title);
            json.WriteString("message", message);
        });
        return change.Changes.Count == 0 ? result : result with { Pending = new JointChanges(change.Changes) };
    }

    public static ToolResult Ok(Action<Utf8JsonWriter> write) => Of(ToolStatus.Succeeded, write);

    public static ToolResult Failed(string message) => Of(ToolStatus.Failed, json => json.WriteString("message", message));

    private static ToolResult Of(ToolStatus status, Action<Utf8JsonWriter> write) => PlatformTool.Result(status, json =>
    {
        json.WriteBoolean("success", status == ToolStatus.Succeeded);
        write(json);
    });
}
